"""Plots as SVG, drawn on the server: bars whose lengths are numbers of the drawing, never styles of the page."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH, LABELS, NUMBERS, LINE, BAR = 640, 230, 130, 28, 18
MOST_LETTERS = 30


@dataclass(frozen=True)
class Bar:
    """One bar, with the mark of what was aimed at where there is one."""

    label: str
    number: str
    y: int
    text_y: int
    length: float
    number_x: float
    mark_x: float | None


@dataclass(frozen=True)
class Plot:
    """A drawing with its title and the sentence that says the same."""

    id: str
    title: str
    sentence: str
    width: int
    height: int
    bars: list[Bar]


def bars(
    identity: str, title: str, sentence: str, rows: Iterable[tuple[str, float, str]], marks: Iterable[float | None] = ()
) -> Plot:
    """Draw a bar for each label with its value and how the value is written; `marks` are what was aimed at."""
    held, aims = list(rows), list(marks)
    aims += [None] * (len(held) - len(aims))
    most = max([value for _label, value, _words in held] + [aim for aim in aims if aim is not None], default=0) or 1
    room = WIDTH - LABELS - NUMBERS
    drawn = []
    for place, ((label, value, words), aim) in enumerate(zip(held, aims, strict=True)):
        length = round(room * value / most, 1)
        drawn.append(
            Bar(
                label=label if len(label) <= MOST_LETTERS else f"{label[: MOST_LETTERS - 1]}…",
                number=words,
                y=place * LINE + (LINE - BAR) // 2,
                text_y=place * LINE + LINE // 2 + 5,
                length=length,
                number_x=LABELS + length + 6,
                mark_x=None if aim is None else round(LABELS + room * aim / most, 1),
            )
        )
    return Plot(identity, title, sentence, WIDTH, max(len(held), 1) * LINE, drawn)
