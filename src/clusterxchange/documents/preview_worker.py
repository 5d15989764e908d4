"""Draws one page of the PDF on standard input: the number of pages in a line, then the page as PNG.

Run by preview.py as a program of its own; it imports nothing of the tool.
"""

import io
import resource
import sys

import pypdfium2

MEMORY, SECONDS = 1024 * 1024 * 1024, 15
WIDEST, LARGEST_SCALE = 1600, 4.0


def main() -> int:
    """Draw, and fail without a word where it cannot be done."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    number = int(sys.argv[1])
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    if not 1 <= number <= len(document):
        return 1
    page = document[number - 1]
    width, height = page.get_size()
    scale = min(WIDEST / max(width, height, 1), LARGEST_SCALE)
    target = io.BytesIO()
    page.render(scale=scale).to_pil().save(target, "PNG")
    sys.stdout.buffer.write(f"{len(document)}\n".encode() + target.getvalue())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
