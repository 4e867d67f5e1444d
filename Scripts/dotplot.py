"""Draws ratios, one row for each choice, a dot for each case, a bar at the geometric mean, as SVG."""

import html
import math

LEFT, RIGHT, TOP, ROW, WIDTH = 190, 96, 58, 22, 760
BLUE, INK, GREY, GRID = "#0072b2", "#1a1a1a", "#595959", "#e3e3e3"
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def draw(title, axis, rows):
    """An SVG of `rows`, pairs of a name and its ratios, in their order on a logarithmic axis."""
    values = [x for _, ratios in rows for x in ratios] + [1]
    low, high = min(values) / 1.15, max(values) * 1.15
    height = TOP + ROW * len(rows) + 44
    bottom = TOP + ROW * len(rows)

    def x(value):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(value / low) / math.log(high / low)

    def text(left, top, words, more=""):
        return f'<text x="{left:.1f}" y="{top:.1f}" {more}>{html.escape(words)}</text>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="sans-serif" font-size="12" fill="{INK}" role="img">',
        f"<title>{html.escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(12, 22, title, 'font-size="14" font-weight="bold"'),
        text(WIDTH - RIGHT + 12, TOP - 10, "geo. mean", f'fill="{GREY}"'),
    ]
    last = -math.inf
    for tick in TICKS:
        if low <= tick <= high and x(tick) - last > 28:
            last = x(tick)
            color = INK if tick == 1 else GRID
            parts.append(
                f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 4}" y2="{bottom}" '
                f'stroke="{color}"/>')
            parts.append(text(x(tick), bottom + 16, f"{tick:g}", 'text-anchor="middle"'))
    parts.append(
        text((LEFT + WIDTH - RIGHT) / 2, bottom + 34, axis, f'text-anchor="middle" fill="{GREY}"'))
    for i, (name, ratios) in enumerate(rows):
        middle = TOP + ROW * (i + 0.5)
        parts.append(text(LEFT - 10, middle + 4, name, 'text-anchor="end"'))
        parts += [
            f'<circle cx="{x(r):.1f}" cy="{middle:.1f}" r="3.5" fill="{BLUE}" fill-opacity=".45"/>'
            for r in ratios
        ]
        if ratios:
            mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
            parts.append(
                f'<line x1="{x(mean):.1f}" x2="{x(mean):.1f}" y1="{middle - 8:.1f}" '
                f'y2="{middle + 8:.1f}" stroke="{INK}" stroke-width="2.5"/>')
            parts.append(text(WIDTH - RIGHT + 12, middle + 4, f"{mean:.2f} ({len(ratios)})"))
    return "\n".join(parts + ["</svg>"]) + "\n"
