"""The denoiser E[X_0 | alpha X_0 + sigma Z] of a small mixture, for the scripts beside this file."""

import numpy

WEIGHTS = numpy.array([0.5, 0.3, 0.2])
MEANS = numpy.array([[1.0, 0.5], [-1.5, 0.25], [0.25, -2.0]])
VARIANCES = numpy.array([0.04, 0.09, 0.25])


def denoise(x, alpha, sigma_squared):
    """Rows of x; sigma_squared a number or one for each row."""
    s2 = numpy.broadcast_to(numpy.asarray(sigma_squared, float), (len(x),))[:, None]
    c = alpha**2 * VARIANCES[None] + s2
    difference = x[:, None, :] - alpha * MEANS[None]
    logits = (
        numpy.log(WEIGHTS)[None]
        - 0.5 * (difference**2).sum(2) / c
        - 0.5 * x.shape[1] * numpy.log(c)
    )
    gamma = numpy.exp(logits - logits.max(1, keepdims=True))
    gamma /= gamma.sum(1, keepdims=True)
    means = MEANS[None] + (alpha * VARIANCES[None] / c)[:, :, None] * difference
    return (gamma[:, :, None] * means).sum(1)


def draw(rng, n):
    labels = rng.choice(3, size=n, p=WEIGHTS)
    return MEANS[labels] + numpy.sqrt(VARIANCES[labels])[:, None] * rng.normal(size=(n, 2))


def mixture():
    return {
        "weights": WEIGHTS.tolist(),
        "means": MEANS.ravel().tolist(),
        "variances": VARIANCES.tolist(),
    }
