"""Pictures from outside, drawn anew: upright, no larger than wanted, with nothing in them of place, time or camera."""

import io

from PIL import Image, ImageOps

from clusterxchange.foundation.files import JPEG, PNG

FORMATS = {JPEG: "JPEG", PNG: "PNG"}
QUALITY = 90
MOST_PIXELS = 60_000_000


def can_be_read(content: bytes) -> bool:
    """Whether a picture can be opened at all, and is not so large that opening it would take the server down."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return False
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return False
    return True


def drawn_anew(content: bytes, content_type: str, *, largest_side: int = 0) -> bytes:
    """Give a picture that can be read without anything that was written beside it; 0 leaves its size."""
    with Image.open(io.BytesIO(content)) as given:
        upright = ImageOps.exif_transpose(given)
        if largest_side and max(upright.size) > largest_side:
            upright = upright.convert("RGBA" if content_type == PNG else "RGB")
            upright.thumbnail((largest_side, largest_side))
        bare = Image.new(upright.mode, upright.size)
        bare.paste(upright)
        if upright.mode == "P":
            bare.putpalette(upright.getpalette() or [])
        target = io.BytesIO()
        kept = {"transparency": upright.info["transparency"]} if "transparency" in upright.info else {}
        bare.save(target, FORMATS[content_type], quality=QUALITY, **kept)
    return target.getvalue()
