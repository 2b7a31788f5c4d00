"""Charts for the desk as SVG text: no script, no style attribute, every word escaped."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from security_monitor.engine.buckets import Sketch, value_of

WIDTH, BAR, GAP = 640, 18, 8
HEIGHT, LABELS = 150, 34
TONE, LOUD = "#79aec8", "#ba2121"
PLOT, GRID = 340, "#99999955"
TONES = ("#888888", "#79aec8", "#c8893a", "#ba2121", "#4d7f3f", "#7a4f9a", "#2b5f75")


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


def curves(lines: Sequence[tuple[str, Sequence[tuple[float, float]]]], title: str) -> SafeString:
    """Lines in a unit square, each in a tone of its own and named on the right."""
    side, left, top = PLOT, 40, 30
    rows = [f'<text x="0" y="14" font-size="12">{escape(title)}</text>']
    for tenths in range(0, 11, 2):
        at = tenths / 10
        x, y = left + at * side, top + (1 - at) * side
        rows.append(
            f'<path d="M{left} {y:.1f}H{left + side}M{x:.1f} {top}V{top + side}" stroke="{GRID}"/>'
            f'<text x="{left - 6}" y="{y + 4:.1f}" font-size="11" text-anchor="end">{at:g}</text>'
            f'<text x="{x:.1f}" y="{top + side + 16}" font-size="11" text-anchor="middle">{at:g}</text>'
        )
    for position, (name, points) in enumerate(lines):
        tone = TONES[position % len(TONES)]
        path = "L".join(f"{left + x * side:.1f} {top + (1 - y) * side:.1f}" for x, y in points)
        y = top + 16 + 20 * position
        rows.append(
            f'<path d="M{path or "0 0"}" fill="none" stroke="{tone}" stroke-width="2"/>'
            f'<rect x="{left + side + 14}" y="{y - 9}" width="12" height="10" fill="{tone}"/>'
            f'<text x="{left + side + 32}" y="{y}" font-size="12">{escape(name)}</text>'
        )
    return _svg(top + side + 24, title, rows)


def columns(bars_: Sequence[tuple[str, float]], title: str, goal: float) -> SafeString:
    """A bar per name with its figure; a line at the goal."""
    top, left = 30, 150
    length = WIDTH - left - 60
    most = max([goal, *(value for _, value in bars_)])
    rows = [f'<text x="0" y="14" font-size="12">{escape(title)}</text>']
    for position, (name, value) in enumerate(bars_):
        y = top + position * (BAR + GAP)
        wide = max(value / most * length, 2)
        fill = LOUD if value > goal else TONE
        rows.append(
            f'<text x="0" y="{y + 13}" font-size="12">{escape(name)}</text>'
            f'<rect x="{left}" y="{y}" width="{wide:.1f}" height="{BAR}" fill="{fill}"/>'
            f'<text x="{left + wide + 6:.1f}" y="{y + 13}" font-size="12">{value:.2f}</text>'
        )
    x, foot = left + goal / most * length, top + len(bars_) * (BAR + GAP)
    rows.append(f'<path d="M{x:.1f} {top - 6}V{foot}" stroke="currentColor"/>')
    return _svg(foot + 4, title, rows)


def _svg(height: int, title: str, parts: Sequence[str]) -> SafeString:
    return mark_safe(  # noqa: S308 (every text above is escaped)
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" fill="currentColor"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )
