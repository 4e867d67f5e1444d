"""Writes exact-fields.json: the fields at the points of mixtures.json in 50-digit arithmetic.

The vectors' own rounding exceeds 1e-10 relative at a few far points (velocities and Jacobians there
are differences of nearly equal numbers), so tests hold code against these values as well.

Usage: python3 exact-fields.py    (needs mpmath; run in this folder)
"""

import json

from mpmath import det, exp, eye, inverse, log, matrix, mp, mpf, pi, zeros

mp.dps = 50


def covariance(part, k, d):
    if part["type"] == "spherical":
        return eye(d) * mpf(part["variances"][k])
    if part["type"] == "diag":
        result = zeros(d)
        for a in range(d):
            result[a, a] = mpf(part["variances"][k][a])
        return result
    full = matrix(part["matrices"][k])
    return (full + full.T) / 2


def fields(case, point):
    process, mixture = case["process"], case["mixture"]
    beta, square = mpf(process["beta"]), mpf(process["sigma_inf"]) ** 2
    alpha = exp(-beta * mpf(point["t"]))
    x = matrix(point["x"])
    d = len(x)
    logits, pulls, precisions = [], [], []
    for k, weight in enumerate(mixture["weights"]):
        c = alpha**2 * covariance(mixture["covariances"], k, d) + square * (1 - alpha**2) * eye(d)
        precisions.append(inverse(c))
        difference = alpha * matrix(mixture["means"][k]) - x
        pulls.append(precisions[k] * difference)
        quadratic = (difference.T * pulls[k])[0]
        logits.append(log(mpf(weight)) - (quadratic + log(det(c)) + d * log(2 * pi)) / 2)
    top = max(logits)
    total = sum(exp(v - top) for v in logits)
    gamma = [exp(v - top) / total for v in logits]
    score, jacobian = zeros(d, 1), zeros(d)
    for g, pull in zip(gamma, pulls):
        score += g * pull
    for g, pull, precision in zip(gamma, pulls, precisions):
        jacobian += g * ((pull - score) * (pull - score).T - precision)
    velocity = -beta * (x + square * score)
    gradient = -beta * (eye(d) + square * jacobian)
    return {
        "t": point["t"],
        "x": point["x"],
        "log_density": float(top + log(total)),
        "score": [float(v) for v in score],
        "velocity": [float(v) for v in velocity],
        "velocity_jacobian": [[float(gradient[a, b]) for b in range(d)] for a in range(d)],
    }


with open("mixtures.json") as file:
    cases = json.load(file)["cases"]
exact = {case["name"]: [fields(case, point) for point in case["points"]] for case in cases}
with open("exact-fields.json", "w") as file:
    json.dump(exact, file)
    file.write("\n")
