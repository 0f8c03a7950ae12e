#!/usr/bin/env python3
"""Draws the tables of curves.sh: throughput on the left, latency on the right, one row per curve.

    Benchmarks/Pings/curves.sh | tee curves.tsv | Benchmarks/Pings/plot.py >docs/ping-curves.svg
"""
import math
import sys

WIDTH, HEIGHT, GAP, LEFT, TOP = 360, 150, 90, 70, 60
BLUE, RED, GREY = "#2563a8", "#b3372f", "#888888"


def read(lines):
    """The curves: (title, GEOADD a second, name of the axis, rows of (x, pings a second, p50, p99))."""
    curves = []
    for line in lines:
        line = line.rstrip("\n")
        if line.startswith("# "):
            title, _, reference = line[2:].partition("; GEOADD in the same minute: ")
            curves.append([title, float(reference.rstrip("/s") or 0), None, []])
        elif line and curves:
            cells = line.split("\t")
            if curves[-1][2] is None:
                curves[-1][2] = cells[0]
            else:
                curves[-1][3].append((float(cells[0]), float(cells[1]), float(cells[2]), float(cells[3])))
    return [curve for curve in curves if curve[3]]


def short(value):
    if value >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if value >= 1e3 else f"{value:g}"


def decades(low, high):
    return [10.0**power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def panel(x0, y0, curve, title, series, is_log, marks=()):
    """One diagram; series are (name, colour, points), marks are (name, value) drawn across."""
    _, _, axis, rows = curve
    xs = [row[0] for row in rows]
    ys = [y for _, _, points in series for _, y in points] + [value for _, value in marks]
    x_low, x_high = math.log10(min(xs)), math.log10(max(xs)) or 1
    if is_log:
        ticks = decades(min(ys), max(ys))
        scale = lambda y: (math.log10(y) - math.log10(ticks[0])) / (math.log10(ticks[-1]) - math.log10(ticks[0]))
    else:
        step = 10 ** math.floor(math.log10(max(ys)))
        step = next(step * part for part in (0.2, 0.5, 1, 2) if max(ys) / (step * part) <= 6)
        ticks = [step * index for index in range(math.ceil(max(ys) / step) + 1)]
        scale = lambda y: y / ticks[-1]
    at_x = lambda x: x0 + (math.log10(x) - x_low) / ((x_high - x_low) or 1) * WIDTH
    at_y = lambda y: y0 + HEIGHT - scale(y) * HEIGHT
    out = [f'<text x="{x0}" y="{y0 - 12}" class="title">{title}</text>']
    for tick in ticks:
        out.append(f'<line x1="{x0}" x2="{x0 + WIDTH}" y1="{at_y(tick):.1f}" y2="{at_y(tick):.1f}" class="grid"/>')
        out.append(f'<text x="{x0 - 6}" y="{at_y(tick) + 4:.1f}" class="tick" text-anchor="end">{short(tick)}</text>')
    for x in xs:
        out.append(f'<text x="{at_x(x):.1f}" y="{y0 + HEIGHT + 16}" class="tick" text-anchor="middle">{short(x)}</text>')
    out.append(f'<text x="{x0 + WIDTH}" y="{y0 + HEIGHT + 32}" class="tick" text-anchor="end">{axis}</text>')
    for name, value in marks:
        y = at_y(value)
        out.append(f'<line x1="{x0}" x2="{x0 + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GREY}" stroke-dasharray="5 4"/>')
        out.append(f'<text x="{x0 + WIDTH - 4}" y="{y - 4:.1f}" class="tick" text-anchor="end">{name}</text>')
    for name, colour, points in series:
        path = " ".join(f"{at_x(x):.1f},{at_y(y):.1f}" for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{at_x(x):.1f}" cy="{at_y(y):.1f}" r="3" fill="{colour}"/>' for x, y in points]
        x, y = points[-1]
        out.append(f'<text x="{at_x(x) + 6:.1f}" y="{at_y(y) + 4:.1f}" class="tick" fill="{colour}">{name}</text>')
    return out


def main():
    curves = read(sys.stdin)
    if not curves:
        sys.exit("no table of curves.sh on the standard input")
    row_height = HEIGHT + 110
    width, height = LEFT * 2 + WIDTH * 2 + GAP + 30, TOP + row_height * len(curves)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        "<style>.title{font-size:13px;font-weight:bold}.tick{font-size:11px}.grid{stroke:#dddddd}</style>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for index, curve in enumerate(curves):
        y0, rows = TOP + index * row_height, curve[3]
        out.append(f'<text x="{LEFT}" y="{y0 - 30}" class="title">{curve[0]}</text>')
        # A line far above the curve would only press it flat.
        marks = [("GEOADD", curve[1])] if 0 < curve[1] < 4 * max(r[1] for r in rows) else ()
        out += panel(LEFT, y0, curve, "pings a second", [("", BLUE, [(r[0], r[1]) for r in rows])], False, marks)
        out += panel(LEFT + WIDTH + GAP, y0, curve, "milliseconds",
                     [("p99", RED, [(r[0], r[3]) for r in rows]), ("p50", BLUE, [(r[0], max(r[2], 0.001)) for r in rows])], True)
    print("\n".join(out + ["</svg>"]))


if __name__ == "__main__":
    main()
