"""Writes dmn.json: least bounds of DMN (Xue et al., CVPR 2024, and the conventions of the code published
with it) by SciPy's trust-constr from levels uniform in log-SNR. The weights are integrals of Lagrange
polynomials against e^lambda, by Gauss-Legendre quadrature. Usage: python dmn.py (numpy, scipy)."""

import json
import pathlib
import warnings

import numpy
import scipy
from scipy.optimize import LinearConstraint, minimize

warnings.simplefilter("ignore")
nodes, node_weights = numpy.polynomial.legendre.leggauss(40)


def bound(inner, first, last, power, truncation):
    lam = numpy.concatenate([[first], inner, [last]])
    n = len(lam) - 1
    alpha, sigma = 1 / numpy.sqrt(1 + numpy.exp(-2 * lam)), 1 / numpy.sqrt(1 + numpy.exp(2 * lam))
    eps = sigma**power / alpha
    sums, result = numpy.zeros(n), 0.0
    for s in range(n):
        order = 1 if s in (0, n - 1) else 2 if s in (1, n - 2) else 3
        used = numpy.arange(s + 1 - order, s + 1)
        a, b = lam[s], lam[s + 1]
        # e^lambda over a long step needs pieces for the quadrature to hold.
        edges = numpy.linspace(a, b, 2 + int((b - a) / 4))
        x = ((edges[1:] - edges[:-1])[:, None] * (nodes + 1) / 2 + edges[:-1, None]).ravel()
        w = ((edges[1:] - edges[:-1])[:, None] * node_weights / 2).ravel() * numpy.exp(x)
        terms = []
        for i in used:
            lagrange = numpy.ones_like(x)
            for j in used:
                if j != i:
                    lagrange *= (x - lam[j]) / (lam[i] - lam[j])
            terms.append(eps[i] * (w @ lagrange))
        if order == 1:
            result += abs(terms[0])
        elif s >= truncation:
            sums[used] += terms
        else:
            result += numpy.sqrt(numpy.sum(numpy.square(terms)))
    return result + numpy.abs(sums).sum()


cases = []
for high, low in ((80.0, 0.002), (152.0, 0.01)):
    first, last = -numpy.log(high), -numpy.log(low)
    for power in (1, 2):
        for n in (2, 3, 4, 5, 7, 8, 10, 15):
            start = numpy.linspace(first, last, n + 1)[1:-1]
            rows = numpy.zeros((n, n - 1))
            for i in range(n - 1):
                rows[i, i], rows[i + 1, i] = 1, -1
            least = numpy.zeros(n)
            least[0], least[-1] = first, -last
            # 3 up to 7 steps and 0 beyond, as published; all steps is this project's own choice.
            for truncation in [3] if n <= 7 else [0, n]:
                arguments = (first, last, power, truncation)
                found = minimize(bound, start, method="trust-constr", args=arguments,
                                 constraints=[LinearConstraint(rows, least, numpy.inf)])
                cases.append({
                    "high": high, "low": low, "power": power, "steps": n, "truncation": truncation,
                    "startValue": bound(start, *arguments), "value": float(found.fun),
                    "lambda": found.x.tolist(),
                })
out = {"scipy": scipy.__version__, "cases": cases}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
