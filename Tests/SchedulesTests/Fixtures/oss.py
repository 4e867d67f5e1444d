"""Writes oss.json: paths of Optimal Stepsize Distillation (Pei, Hu and Gu, 2025, algorithm 1 and the
conventions of the code published with it) for a small mixture, sample by sample and with the mean error
over samples. The student starts at the first time. Usage: python oss.py (numpy)."""

import json
import pathlib

import numpy
from denoiser import denoise, draw, mixture

rng = numpy.random.default_rng(12)
steps, first = 40, 0.995
times = numpy.arange(steps + 1) / steps * first
start = numpy.round((1 - first) * draw(rng, 12) + first * rng.normal(size=(12, 2)), 6)


def velocity(x, u):
    return (x - denoise(x, 1 - u, u**2)) / u


def trajectory(z):
    states = {steps: z}
    for i in range(steps, 0, -1):
        states[i - 1] = states[i] + (times[i - 1] - times[i]) * velocity(states[i], times[i])
    return states


def search(z, rounds):
    """One path for the rows of z, whose errors are averaged."""
    goal = trajectory(z)
    state = {i: z for i in range(steps + 1)}
    error = {i: numpy.inf for i in range(steps + 1)}
    parent = {i: steps for i in range(steps + 1)}
    trace = []
    for k in range(rounds):
        moved = dict(state)
        for i in range(steps, 0, -1):
            if k == 0 and i < steps:
                continue
            v = velocity(state[i], times[i])
            for j in range(i - 1, -1, -1):
                x = state[i] + (times[j] - times[i]) * v
                e = ((x - goal[j]) ** 2).mean()
                if e < error[j]:
                    error[j], parent[j], moved[j] = e, i, x
        state = moved
        trace.append(dict(parent))
    path = [0]
    for parents in reversed(trace):
        path.append(parents[path[-1]])
    return path[::-1]


def end_error(z, path):
    goal, x = trajectory(z)[0], z
    for i, j in zip(path, path[1:]):
        if i > j:
            x = x + (times[j] - times[i]) * velocity(x, times[i])
    return float(((x - goal) ** 2).mean())


out = {"mixture": mixture(), "times": times.tolist(), "start": start.ravel().tolist(), "cases": []}
for rounds in (1, 2, 3, 5, 8):
    joint = search(start, rounds)
    single = [search(start[b : b + 1], rounds) for b in range(len(start))]
    half = len(single) // 2
    ranked = [sorted(column) for column in zip(*single)]
    out["cases"].append(
        {
            "steps": rounds, "joint": joint, "error": end_error(start, joint), "single": single,
            "median": [(c[half] + c[half - 1]) // 2 for c in ranked],
        }
    )
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
