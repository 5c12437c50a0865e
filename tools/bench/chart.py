"""A small chart as SVG: panels side by side, both axes logarithmic."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

WIDTH, HEIGHT = 360, 260
LEFT, RIGHT, TOP, BOTTOM = 58, 16, 40, 42
COLOURS = ("#1a5fb4", "#c64600", "#26734d")


class Line(NamedTuple):
    """Points joined by a line; a label, where there is more than one."""

    label: str
    x: Sequence[float]
    y: Sequence[float]


def chart(panels: Sequence[tuple[str, Sequence[Line]]], axis: str) -> str:
    """Return the panels as one SVG image."""
    width = WIDTH * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}"'
        f' width="{width}" height="{HEIGHT}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>{escape('; '.join(title for title, _ in panels))}</title>",
        f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for number, (title, lines) in enumerate(panels):
        parts.append(f'<g transform="translate({number * WIDTH} 0)">')
        parts += _panel(title, lines, axis)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(title: str, lines: Sequence[Line], axis: str) -> list[str]:
    x_low, x_high = _decades([x for line in lines for x in line.x])
    y_low, y_high = _decades([y for line in lines for y in line.y])
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def across(value: float) -> float:
        return LEFT + wide * (log10(value) - x_low) / (x_high - x_low)

    def up(value: float) -> float:
        return TOP + high * (1 - (log10(value) - y_low) / (y_high - y_low))

    parts = [f'<text x="{LEFT}" y="22" font-weight="bold">{escape(title)}</text>']
    for power in range(x_low, x_high + 1):
        x = across(10.0**power)
        parts.append(_rule(x, TOP, x, TOP + high))
        parts.append(_label(x, TOP + high + 16, "middle", _tick(power)))
    for power in range(y_low, y_high + 1):
        y = up(10.0**power)
        parts.append(_rule(LEFT, y, LEFT + wide, y))
        parts.append(_label(LEFT - 6, y + 4, "end", _tick(power)))
    parts.append(_label(LEFT + wide / 2, HEIGHT - 8, "middle", axis))
    for line, colour in zip(lines, COLOURS, strict=False):
        points = [(across(x), up(y)) for x, y in zip(line.x, line.y, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
        for (x, y), value in zip(points, line.y, strict=True):
            parts.append(_label(x, y - 8, "middle", f"{value:.3g}", colour))
        if line.label:
            x, y = points[0]
            parts.append(_label(x + 8, y + 16, "start", line.label, colour))
    return parts


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _tick(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def _label(x: float, y: float, anchor: str, text: str, colour: str = "#333") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(text)}</text>"
    )
