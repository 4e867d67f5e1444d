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


def orthogonal(u):
    x = u / np.linalg.norm(u)
    wide = x if x.shape[0] <= x.shape[1] else x.T
    for _ in range(5):
        gram = wide @ wide.T
        wide = 3.4445 * wide + (-4.7750 * gram + 2.0315 * gram @ gram) @ wide
    return wide if x.shape[0] <= x.shape[1] else wide.T


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
