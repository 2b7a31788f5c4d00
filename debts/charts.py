"""Payoff curves as SVG. Pure: text in, text out; no script, no style, safe inside any page."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 760, 320
LEFT, RIGHT, TOP, BOTTOM = 90, 20, 20, 50
COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#7f8c8d")
LABELS_MAX = 6


def payoff_chart(title: str, curves: Mapping[str, Sequence[int]], labels: Sequence[str]) -> str:
    """Balances by month, one line per curve, from the present (month 0).

    labels: the texts of the value axis from 0 to the top, evenly spaced.
    """
    longest = max((len(points) for points in curves.values()), default=0)
    top = max((max(points, default=0) for points in curves.values()), default=0)
    across = (WIDTH - LEFT - RIGHT) / max(longest - 1, 1)
    up = (HEIGHT - TOP - BOTTOM) / max(top, 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_value_axis(labels),
        *_month_axis(longest, across),
    ]
    for number, (name, points) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        line = " ".join(
            f"{LEFT + month * across:.1f},{HEIGHT - BOTTOM - minor * up:.1f}"
            for month, minor in enumerate(points)
        )
        x = LEFT + number * (WIDTH - LEFT) / max(len(curves), 1)
        parts += [
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>',
            f'<text x="{x:.1f}" y="{HEIGHT - 8}" fill="{colour}">{escape(name)}</text>',
        ]
    return "".join([*parts, "</svg>"])


def _value_axis(labels: Sequence[str]) -> list[str]:
    parts = []
    for step, label in enumerate(labels):
        y = HEIGHT - BOTTOM - step * (HEIGHT - TOP - BOTTOM) / max(len(labels) - 1, 1)
        parts += [
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#dddddd"/>',
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#444444">'
            f"{escape(label)}</text>",
        ]
    return parts


def _month_axis(longest: int, across: float) -> list[str]:
    step = max(1, -(-(longest - 1) // LABELS_MAX))
    return [
        f'<text x="{LEFT + month * across:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle"'
        f' fill="#444444">{month} mo</text>'
        for month in range(0, longest, step)
    ]
