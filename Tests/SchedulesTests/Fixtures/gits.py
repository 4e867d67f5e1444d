"""Writes gits.json: cost matrices and paths of GITS (Chen et al., ICML 2024, section 3.3 and the
conventions of the code published with it) for a small mixture. Usage: python gits.py (numpy)."""

import json
import pathlib

import numpy
from denoiser import denoise, draw, mixture

rng = numpy.random.default_rng(11)
points, rho, coefficient = 21, 7.0, 1.15
high, low = 80.0, 0.002
ramp = numpy.arange(points) / (points - 1)
levels = (high ** (1 / rho) + ramp * (low ** (1 / rho) - high ** (1 / rho))) ** rho
levels[0], levels[-1] = high, low
start = numpy.round(draw(rng, 24) + high * rng.normal(size=(24, 2)), 6)

adams = [
    numpy.array([1.0]),
    numpy.array([3.0, -1.0]) / 2,
    numpy.array([23.0, -16.0, 5.0]) / 12,
    numpy.array([55.0, -59.0, 37.0, -9.0]) / 24,
]
states, slopes = [start], []
for now, then in zip(levels, levels[1:]):
    slopes.append((states[-1] - denoise(states[-1], 1.0, now**2)) / now)
    w = adams[min(len(slopes), 4) - 1]
    states.append(states[-1] + (then - now) * sum(a * s for a, s in zip(w, slopes[::-1])))


def deviation(x):
    """Distances of rows from the chords between the ends of their trajectories."""
    unit = states[-1] - states[0]
    unit /= numpy.linalg.norm(unit, axis=1, keepdims=True)
    gap = states[-1] - x
    return numpy.linalg.norm(gap - (gap * unit).sum(1, keepdims=True) * unit, axis=1)


teacher = [deviation(x).mean() for x in states]
teacher[-1] = 0.0
costs = {"l2": numpy.full((points, points), numpy.inf), "dev": numpy.full((points, points), numpy.inf)}
for i in range(points - 1):
    for j in range(i + 1, points):
        x = states[i] + (levels[j] - levels[i]) * slopes[i]
        costs["l2"][i, j] = numpy.linalg.norm(x - states[j], axis=1).mean()
        costs["dev"][i, j] = deviation(x).mean() - teacher[j]


def programme(cost, steps):
    """Values of k steps to the end by recursion on all predecessors, then the path by equality."""
    last = points - 1
    value = {1: [cost[j, last] for j in range(last)] + [0.0]}
    for k in range(2, steps + 1):
        value[k] = [
            min([cost[j, i] + coefficient * value[k - 1][i] for i in range(j + 1, last)] or [numpy.inf])
            for j in range(last)
        ]
    path = [0]
    for k in range(steps, 1, -1):
        j = path[-1]
        path.append(
            next(i for i in range(j + 1, last) if value[k][j] == cost[j, i] + coefficient * value[k - 1][i])
        )
    return path + [last], value[steps][0]


out = {"mixture": mixture(), "levels": levels.tolist(), "start": start.ravel().tolist(), "cases": []}
for metric, cost in costs.items():
    paths = []
    for steps in (1, 2, 3, 5, 9, 20):
        path, value = programme(cost, steps)
        paths.append({"steps": steps, "path": path, "value": float(value)})
    upper = [float(cost[i, j]) for i in range(points) for j in range(i + 1, points)]
    out["cases"].append({"metric": metric, "costs": upper, "paths": paths})
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
