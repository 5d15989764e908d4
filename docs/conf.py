"""How the documentation becomes pages: `make docs`, without asking anybody on the network."""

from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "docs/tutorial": "Learn",
    "docs/how-to": "How to",
    "docs/reference": "Look up",
    "docs/explanation": "Understand",
    "docs/decisions": "Decisions",
}
BESIDE = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "deploy/README.md", "docs/README.md"]

project = "ClusterXchange"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = [*BESIDE, *(f"{folder}/*.md" for folder in FOLDERS)]
html_theme = "furo"
html_title = project
html_copy_source = False
myst_heading_anchors = 3


def _contents() -> str:
    """List the pages of each folder, which whoever reads the folder itself sees without a list."""
    parts = [("About", [name.removesuffix(".md") for name in BESIDE if name.removesuffix(".md") != root_doc])]
    for folder, caption in FOLDERS.items():
        parts.append((caption, sorted(f"{folder}/{path.stem}" for path in (ROOT / folder).glob("*.md"))))
    return "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{chr(10).join(pages)}\n```\n" for caption, pages in parts
    )


def _add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    if page == root_doc:
        source[0] += _contents()


def setup(app: Sphinx) -> None:
    """Hang the lists of pages on the first page; diagrams stay as text, beside the tables that say the same."""
    app.connect("source-read", _add_contents)
    app.add_lexer("mermaid", TextLexer)
