"""Writes muon.txt: 12 steps of orthogonal momentum in NumPy, float64, on a perceptron's parameters.

The matrices are 9 x 4 (tall) and 3 x 9 (wide), each followed by its biases, which follow AdamW at
0.15 of the rate. Lines: the first parameters; then for each step its learning rate, its gradient
(numbers that float32 holds exactly), and the parameters after it.
"""

import numpy as np

rng = np.random.default_rng(3)
shapes = [(9, 4), (9,), (3, 9), (3,)]
decay, momentum, beta1, beta2 = 0.01, 0.95, 0.9, 0.999


def exact(x):
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def best_odd(low, high, grid=400_001):
    """(a, b, c) of the polynomial a x + b x^3 + c x^5 closest to 1 on [low, high]: Remez's exchange."""
    x = np.sort(np.concatenate([np.geomspace(low, high, grid), np.linspace(low, high, grid)]))
    nodes = np.sqrt((low**2 + high**2) / 2 - (high**2 - low**2) / 2 * np.cos(np.pi * np.arange(4) / 3))
    for _ in range(50):
        signs = (-1.0) ** np.arange(4)
        system = np.stack([nodes, nodes**3, nodes**5, signs], axis=1)
        *p, _ = np.linalg.solve(system, np.ones(4))
        error = 1 - (p[0] * x + p[1] * x**3 + p[2] * x**5)
        # Both ends and the two extrema between them.
        turns = np.nonzero(np.diff(error)[:-1] * np.diff(error)[1:] < 0)[0] + 1
        moved = x[np.concatenate([[0], turns, [len(x) - 1]])]
        assert len(moved) == 4
        if np.allclose(moved, nodes, rtol=1e-12):
            break
        nodes = moved
    return p, np.abs(error).max()


def steps(low, count):
    """The best steps one after the other from [low, 1], and their error."""
    result, high = [], 1.0
    for _ in range(count):
        p, error = best_odd(low, high)
        result.append(p)
        low, high = 1 - error, 1 + error
    return result, error


polynomials, error = steps(0.01, 3)
for p in polynomials:
    print(*(f"{x:.9g}" for x in p))
print(f"error {error:.6f}, slope {np.prod([p[0] for p in polynomials]):.1f}")


def orthogonal(u):
    wide = u if u.shape[0] <= u.shape[1] else u.T
    gram = wide @ wide.T
    wide = wide / np.linalg.norm(gram @ gram) ** 0.25
    for a, b, c in polynomials:
        gram = wide @ wide.T
        wide = a * wide + (b * gram + c * gram @ gram) @ wide
    return wide if u.shape[0] <= u.shape[1] else wide.T


parameters = [exact(rng.normal(size=s)) for s in shapes]
first = [np.zeros(s) for s in shapes]
second = [np.zeros(s) for s in shapes]
lines = [np.concatenate([p.ravel() for p in parameters])]
for step in range(12):
    rate = float(np.float32(0.05 * (1 - step / 15)))
    gradient = [exact(rng.normal(size=s) * [0.01, 1, 10][step % 3]) for s in shapes]
    for i, g in enumerate(gradient):
        p = parameters[i]
        if g.ndim == 2:
            first[i] = momentum * first[i] + (1 - momentum) * g
            u = (1 - momentum) * g + momentum * first[i]
            shape = max(1, p.shape[0] / p.shape[1]) ** 0.5
            parameters[i] = (1 - rate * decay) * p - rate * shape * orthogonal(u)
        else:
            eta = 0.15 * rate
            first[i] = beta1 * first[i] + (1 - beta1) * g
            second[i] = beta2 * second[i] + (1 - beta2) * g * g
            mean = first[i] / (1 - beta1 ** (step + 1))
            root = np.sqrt(second[i] / (1 - beta2 ** (step + 1)))
            parameters[i] = (1 - eta * decay) * p - eta * mean / (root + 1e-8)
    lines += [[rate], np.concatenate([g.ravel() for g in gradient])]
    lines += [np.concatenate([p.ravel() for p in parameters])]
with open("muon.txt", "w") as file:
    for line in lines:
        print(*(repr(float(x)) for x in line), file=file)
