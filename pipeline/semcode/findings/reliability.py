"""Draw a reliability diagram as one SVG: stated probabilities against what was found."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from semcode.wording import counted

__all__ = ["reliability_svg"]

_SIDE, _LEFT, _TOP = 360, 70, 50


def reliability_svg(bins: Sequence[tuple[float, float, int]], *, error: float) -> str:
    """Give the picture of bins, each (mean stated probability, observed share, pairs).

    Points on the diagonal are true to their word; those of more pairs are larger.
    Nothing is loaded from anywhere.
    """
    most = max((n for _, _, n in bins), default=1)
    parts = [_axes(), *(_point(*b, most=most) for b in bins)]
    title = "Stated probability against the share that had the code"
    said = "; ".join(f"{p:.2f} stated, {q:.2f} found, {counted(n, 'pair')}" for p, q, n in bins)
    width, height = _LEFT + _SIDE + 40, _TOP + _SIDE + 80
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="13" fill="#202124">'
        f"<title>{title}</title><desc>{escape(said)}</desc>"
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
        f'<text x="{_LEFT}" y="28" font-size="15">Expected calibration error {error:.3f}</text>'
        f"{''.join(parts)}</svg>\n"
    )


def _x(value: float) -> float:
    return round(_LEFT + value * _SIDE, 1)


def _y(value: float) -> float:
    return round(_TOP + (1 - value) * _SIDE, 1)


def _axes() -> str:
    lines = [
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" '
        'stroke="#5f6368"/>',
        f'<path d="M{_x(0)} {_y(0)} L{_x(1)} {_y(1)}" stroke="#5f6368" stroke-dasharray="5 4"/>',
    ]
    for tenth in range(0, 11, 2):
        value = tenth / 10
        lines.append(
            f'<text x="{_x(value)}" y="{_y(0) + 20}" text-anchor="middle">{value:.1f}</text>'
            f'<text x="{_LEFT - 8}" y="{_y(value) + 4}" text-anchor="end">{value:.1f}</text>'
        )
    middle = _y(0.5)
    lines.append(
        f'<text x="{_x(0.5)}" y="{_y(0) + 46}" text-anchor="middle">Probability that the model '
        "stated</text>"
        f'<text x="22" y="{middle}" text-anchor="middle" transform="rotate(-90 22 {middle})">'
        "Share that had the code</text>"
    )
    return "".join(lines)


def _point(stated: float, observed: float, n: int, *, most: int) -> str:
    radius = round(4 + 10 * (n / most) ** 0.25, 1)
    return (
        f'<circle cx="{_x(stated)}" cy="{_y(observed)}" r="{radius}" fill="#0072b2" '
        f'fill-opacity="0.75"><title>{stated:.2f} stated, {observed:.2f} found: '
        f"{counted(n, 'pair')}</title></circle>"
    )
