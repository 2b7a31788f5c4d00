"""Small charts as SVG text: lines over days, bars side by side. Pure, no style sheet, no script.

Presentation attributes only, so that they pass a strict content security policy; colours that carry
in light and dark; a title for screen readers and a table beside it is the caller's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 84, 12, 30, 34
COLOURS = ("#2a78d0", "#d9822b", "#3a9a5f", "#b04a9b", "#7a7a7a", "#c23b3b")
TICKS = 4
LABELS_MAX = 10


@dataclass(frozen=True, slots=True)
class Series:
    """A name and one value per label; None leaves a gap."""

    name: str
    values: Sequence[float | None]


def lines(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """A line per series over the labels, in order."""
    scale = _Scale(labels, series)
    body = []
    for each, colour in zip(series, _colours(series), strict=True):
        points = [
            f"{scale.x(n):.1f},{scale.y(value):.1f}"
            for n, value in enumerate(each.values)
            if value is not None
        ]
        body.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(points)}"/>'
        )
    return _page(title, scale, series, body)


def bars(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """Bars of all series side by side at each label."""
    scale = _Scale(labels, series)
    slot = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    width = slot * 0.8 / max(len(series), 1)
    body = []
    for place, (each, colour) in enumerate(zip(series, _colours(series), strict=True)):
        for n, value in enumerate(each.values):
            if value is not None:
                x = LEFT + slot * n + slot * 0.1 + width * place
                top, foot = sorted((scale.y(value), scale.y(0)))
                body.append(
                    f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}"'
                    f' height="{max(foot - top, 0.5):.1f}" fill="{colour}"/>'
                )
    return _page(title, scale, series, body)


class _Scale:
    """From values to places; zero is always in sight."""

    def __init__(self, labels: Sequence[str], series: Sequence[Series]) -> None:
        values = [v for each in series for v in each.values if v is not None] or [0.0]
        self.labels = labels
        self.low, self.high = min(0.0, *values), max(0.0, *values)
        if self.low == self.high:
            self.high = self.low + 1

    def x(self, number: int) -> float:
        slot = (WIDTH - LEFT - RIGHT) / max(len(self.labels), 1)
        return LEFT + slot * (number + 0.5)

    def y(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    def grid(self) -> list[str]:
        drawn = []
        for n in range(TICKS + 1):
            value = self.low + (self.high - self.low) * n / TICKS
            y = self.y(value)
            drawn.append(
                f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"'
                f' stroke="#888" stroke-opacity="0.3"/>'
                f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,.0f}</text>'
            )
        step = -(-len(self.labels) // LABELS_MAX) if self.labels else 1
        for n in range(0, len(self.labels), step):
            drawn.append(
                f'<text x="{self.x(n):.1f}" y="{HEIGHT - 12}" text-anchor="middle">'
                f"{escape(self.labels[n])}</text>"
            )
        return drawn


def _colours(series: Sequence[Series]) -> list[str]:
    return [COLOURS[n % len(COLOURS)] for n in range(len(series))]


def _page(title: str, scale: _Scale, series: Sequence[Series], body: list[str]) -> str:
    legend, x = [], float(LEFT)
    for each, colour in zip(series, _colours(series), strict=True):
        legend.append(
            f'<rect x="{x:.0f}" y="8" width="10" height="10" fill="{colour}"/>'
            f'<text x="{x + 14:.0f}" y="17">{escape(each.name)}</text>'
        )
        x += 30 + 7.2 * len(each.name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12"'
        f' fill="currentColor" aria-label={quoteattr(title)}>'
        f"<title>{escape(title)}</title>{''.join(legend)}{''.join(scale.grid())}{''.join(body)}</svg>"
    )
