"""Charts for the desk as SVG text: no script, no style attribute, every word escaped."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from security_monitor.engine.buckets import Sketch, value_of

WIDTH, BAR, GAP = 640, 18, 8
HEIGHT, LABELS = 150, 34
TONE, LOUD = "#79aec8", "#ba2121"


def bars(reasons: Sequence[dict[str, Any]], score: int) -> SafeString:
    """One bar per reason, as long as its part of a hundred points; its code and points beside it."""
    rows = []
    for position, reason in enumerate(reasons):
        y = position * (BAR + GAP)
        points = max(float(reason.get("contribution", 0)), 0.0)
        length = round(points / 100 * (WIDTH - 160))
        rows.append(
            f'<text x="0" y="{y + 13}" font-size="12">{escape(reason.get("code", ""))}</text>'
            f'<rect x="60" y="{y}" width="{max(length, 2)}" height="{BAR}" fill="{TONE}"/>'
            f'<text x="{70 + length}" y="{y + 13}" font-size="12">{points:g}</text>'
        )
    height = max(len(reasons), 1) * (BAR + GAP)
    return _svg(height, f"{len(reasons)} reasons of a score of {score}", rows)


def usual_amounts(sketch: Sketch, marked: int, shown: Callable[[float], str]) -> SafeString:
    """How often the owner paid about how much, on a logarithmic scale; the row's bucket is red.

    shown: minor units → text. The axis names the smallest, the median and the largest bucket.
    """
    counts = dict(sketch.buckets)
    low, high = min([*counts, marked]), max([*counts, marked])
    width = WIDTH / (high - low + 1)
    top = max([*counts.values(), 1])
    rows = []
    for index in range(low, high + 1):
        count = counts.get(index, 0)
        if not count and index != marked:
            continue
        tall = round((HEIGHT - LABELS) * count / top) if count else 0
        x, y = (index - low) * width, HEIGHT - LABELS - tall
        fill = LOUD if index == marked else TONE
        rows.append(
            f'<rect x="{x:.1f}" y="{y}" width="{max(width - 1, 1):.1f}" height="{max(tall, 2)}"'
            f' fill="{fill}"><title>{escape(shown(value_of(index)))}: {count}</title></rect>'
        )
    ticks = {low, high, marked} | ({sketch.quantile(0.5)} if sketch.n else set())
    for index in sorted(ticks):
        x = (index - low + 0.5) * width
        anchor = "start" if x < 40 else "end" if x > WIDTH - 40 else "middle"
        rows.append(
            f'<text x="{x:.1f}" y="{HEIGHT - (4 if index == marked else 18)}" font-size="11"'
            f' text-anchor="{anchor}" fill="{LOUD if index == marked else "currentColor"}">'
            f"{escape(shown(value_of(index)))}</text>"
        )
    return _svg(HEIGHT, f"{sketch.n} usual amounts, and this one in red", rows)


def _svg(height: int, title: str, parts: Sequence[str]) -> SafeString:
    return mark_safe(  # noqa: S308 (every text above is escaped)
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" fill="currentColor"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )
