"""Survival curves as a picture: which part of the mutants lives on after so many seconds of fuzzing."""

import math

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 150, 20, 48
FIRST = 0.1  # seconds; the axis is logarithmic
COLOURS = ["#9a6700", "#0969da", "#1a7f37", "#8250df"]


def survivors(times):
    """Steps (time, part that lives after it), from 1 at time 0 on; infinite times never die."""
    ordered = sorted(time for time in times if math.isfinite(time))
    return [(0.0, 1.0)] + [(time, 1 - (k + 1) / len(times)) for k, time in enumerate(ordered)]


def _x(seconds, end):
    part = math.log(max(seconds, FIRST) / FIRST) / math.log(end / FIRST)
    return LEFT + min(part, 1) * (WIDTH - LEFT - RIGHT)


def _y(part):
    return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)


def _curve(times, end):
    steps = survivors(times)
    points = [f"M{_x(0, end):.1f} {_y(1):.1f}"]
    points += [f"H{_x(time, end):.1f}V{_y(part):.1f}" for time, part in steps[1:] if time <= end]
    return "".join(points) + f"H{_x(end, end):.1f}"


def _ticks(end):
    ticks = [t for e in range(-1, 5) for t in (10.0**e, 3 * 10.0**e) if FIRST <= t < end / 1.4]
    return ticks + [end]


def survival_svg(curves, end):
    """`curves`: name -> times to kill in seconds, of trials that lasted `end` seconds at most."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        "<title>Part of the trials whose mutant is alive, over seconds of fuzzing</title>",
        "<style>text{fill:#1f2328}.grid{stroke:#d1d9e0}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#3d444d}}</style>",
    ]
    for part in (0, 0.25, 0.5, 0.75, 1):
        y = _y(part)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
                     f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{part:.0%}</text>')
    for tick in _ticks(end):
        x = _x(tick, end)
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
                     f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
                     f"{tick:g}</text>")
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" '
                 'text-anchor="middle">seconds of fuzzing, from an empty corpus</text>')
    labels = []
    for (name, times), colour in zip(curves.items(), COLOURS):
        parts.append(f'<path fill="none" stroke="{colour}" stroke-width="2" '
                     f'd="{_curve(times, end)}"/>')
        labels.append((_y(survivors(times)[-1][1]) + 4, name, colour))
    # A label where its curve ends, but never one over the other.
    lowest = -math.inf
    for y, name, colour in sorted(labels):
        lowest = max(y, lowest + 14)
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{lowest:.1f}" style="fill:{colour}">'
                     f"{name}</text>")
    return "\n".join(parts + ["</svg>", ""])
