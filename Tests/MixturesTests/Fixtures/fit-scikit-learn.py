"""Writes fit-scikit-learn.json: five iterations of scikit-learn's GaussianMixture with
reg_covar = 0 from a given start, for each covariance type. Usage: python fit-scikit-learn.py
(needs numpy and scikit-learn 1.7 or later)."""

import json
import pathlib
import warnings

import numpy
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

warnings.simplefilter("ignore", ConvergenceWarning)
rng = numpy.random.default_rng(20240607)
n, d, k = 300, 4, 3
centres = rng.normal(size=(k, d)) * 0.7 + 5
factors = rng.normal(size=(k, d, d)) * 0.6
labels = rng.choice(k, size=n, p=[0.5, 0.3, 0.2])
x = centres[labels] + numpy.einsum("nij,nj->ni", factors[labels], rng.normal(size=(n, d)))
x = numpy.round(x, 6)  # short in text, and exactly what both sides read

weights = numpy.array([0.25, 0.35, 0.4])
means = numpy.round(centres + rng.normal(size=(k, d)) * 0.5, 3)
variances = {"spherical": numpy.array([1.0, 2.0, 1.5]), "diag": rng.uniform(0.5, 2, (k, d)).round(3)}
base = numpy.eye(d) + 0.25
variances["tied"] = base
variances["full"] = numpy.stack([base, 2 * base, base + numpy.diag([1.0, 0.0, 0.5, 0.25])])

out = {"version": sklearn.__version__, "rows": n, "columns": d, "data": x.ravel().tolist(),
       "weights": weights.tolist(), "means": means.ravel().tolist(), "cases": []}
for kind, start in variances.items():
    precisions = numpy.linalg.inv(start) if kind in ("tied", "full") else 1 / start
    model = GaussianMixture(k, covariance_type=kind, reg_covar=0, tol=0, max_iter=5,
                            weights_init=weights, means_init=means, precisions_init=precisions)
    model.fit(x)
    assert len(model.lower_bounds_) == 5
    out["cases"].append({
        "type": kind, "start": start.ravel().tolist(),
        "trace": [float(v) for v in model.lower_bounds_] + [float(model.score(x))],
        "weights": model.weights_.tolist(), "means": model.means_.ravel().tolist(),
        "covariances": model.covariances_.ravel().tolist(),
        "aic": float(model.aic(x)), "bic": float(model.bic(x))})
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
