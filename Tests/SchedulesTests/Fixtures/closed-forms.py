"""Noise levels of the closed-form rules at n = 10, from their published formulas.

Written from the papers and the sources' documentation with NumPy and SciPy; run it to make closed-forms.json.
"""
import json
import pathlib

import numpy as np
from scipy.stats import beta as beta_law

N = 10
PROCESSES = {
    "ou": {"type": "ou", "beta": 5.0, "sigma_inf": 1.0, "horizon": 1.0},
    "sd": {"type": "vp-scaled-linear", "beta_min": 0.85, "beta_max": 12.0, "horizon": 1.0},
    "ddpm": {"type": "vp-linear", "beta_min": 0.1, "beta_max": 20.0, "horizon": 1.0},
    "ve": {"type": "ve", "horizon": 80.0},
    "video": {"type": "ve", "horizon": 700.0},
    "pixel": {"type": "ve", "horizon": 170.0},
    "flow": {"type": "rectified-flow", "horizon": 1.0},
}


def integrated(p, t):
    """B(t), the integral of beta."""
    if p["type"] == "ou":
        return 2 * p["beta"] * t
    if p["type"] == "vp-linear":
        return p["beta_min"] * t + (p["beta_max"] - p["beta_min"]) * t**2 / 2
    a, b = np.sqrt(p["beta_min"]), np.sqrt(p["beta_max"])
    return ((a + (b - a) * t) ** 3 - a**3) / (3 * (b - a))


def level(p, t):
    if p["type"] == "ve":
        return t
    if p["type"] == "rectified-flow":
        return t / (1 - t) if t < 1 else np.inf
    return np.sqrt(np.expm1(integrated(p, t)))


def points(p, end, given):
    """The largest level, the smallest, and how many there are with both."""
    high = level(p, p["horizon"])
    high = given.get("sigma_max", 80.0) if np.isinf(high) else high
    if end == 0:
        return high, given.get("sigma_min", 0.002), N
    return high, level(p, end), N + 1


def in_levels(formula):
    def rule(p, end, given):
        high, low, m = points(p, end, given)
        s = np.asarray(formula(high, low, m, given), dtype=float)
        return np.append(s, 0.0) if end == 0 else s
    return rule


def flow_time(p, t):
    s = level(p, t)
    return 1.0 if np.isinf(s) else s / (1 + s)


def in_flow_time(formula):
    def rule(p, end, given):
        tau = np.asarray(formula(flow_time(p, p["horizon"]), flow_time(p, end), given), dtype=float)
        with np.errstate(divide="ignore"):
            return tau / (1 - tau)
    return rule


def in_time(formula):
    return lambda p, end, given: np.array([level(p, t) for t in formula(p, end)])


def karras(hi, lo, m, g):
    rho, u = g.get("rho", 7), np.linspace(0, 1, m)
    return (hi ** (1 / rho) + u * (lo ** (1 / rho) - hi ** (1 / rho))) ** rho


def polyexponential(hi, lo, m, g):
    return np.exp(np.linspace(1, 0, m) ** g.get("rho", 1) * (np.log(hi) - np.log(lo)) + np.log(lo))


def arctan(hi, lo, m, g):
    c, u = g["c"], np.linspace(0, 1, m)
    return c * np.tan((1 - u) * np.arctan(hi / c) + u * np.arctan(lo / c))


def cosine(hi, lo, m, g):
    s = g.get("s", 0.008)
    first = np.pi / 2 * s / (1 + s)
    angle = lambda x: np.arccos(np.cos(first) / np.sqrt(1 + x * x))
    theta = np.linspace(angle(hi), angle(lo), m)
    return np.sqrt((np.cos(first) / np.cos(theta)) ** 2 - 1)


def iddpm(hi, lo, m, g):
    M, c1, c2 = 1000, 0.001, 0.008
    bar = lambda j: np.sin(np.pi / 2 * j / M / (c2 + 1)) ** 2
    u = np.zeros(M + 1)
    for j in range(M, 0, -1):
        u[j - 1] = np.sqrt((u[j] ** 2 + 1) / max(bar(j - 1) / bar(j), c1) - 1)
    kept = u[(u >= lo) & (u <= hi)]
    return kept[np.round((len(kept) - 1) / (m - 1) * np.arange(m)).astype(int)]


def vp_time(hi, lo, m, g):
    eps, rho = 1e-3, g.get("rho", 1)
    bd, bmin = g.get("beta_d", 0), g.get("beta_min", 0.1)
    if bd == 0:
        bd = 2 * (np.log1p(lo**2) / eps - np.log1p(hi**2)) / (eps - 1)
        bmin = np.log1p(hi**2) - bd / 2
    t = (1 + np.linspace(0, 1, m) * (eps ** (1 / rho) - 1)) ** rho
    return np.sqrt(np.expm1(bd * t**2 / 2 + bmin * t))


def laplace(hi, lo, m, g):
    mu, b, x = g.get("mu", 0), g.get("beta", 0.5), np.linspace(0, 1, m)
    lam = mu - b * np.sign(0.5 - x) * np.log(1 - 2 * np.abs(0.5 - x) + 1e-5)
    return np.clip(np.exp(lam), lo, hi)


def beta_levels(hi, lo, m, g):
    return lo + beta_law.ppf(1 - np.linspace(0, 1, m), g.get("a", 0.6), g.get("b", 0.6)) * (hi - lo)


def shift(tau, s):
    return s * tau / (1 + (s - 1) * tau)


def flow_shift(first, last, g):
    s = g.get("shift", 3)
    return shift(np.linspace(shift(first, 1 / s), shift(last, 1 / s), N + 1), s)


def linear_quadratic(first, last, g):
    thr, lin = g.get("threshold", 0.025), N // 2
    quad = N - lin
    a = (lin - thr * N) / (lin * quad**2)
    b = thr / lin - 2 * (lin - thr * N) / quad**2
    x = [i * thr / lin for i in range(lin)]
    x += [a * i**2 + b * i + a * lin**2 for i in range(lin, N)] + [1.0]
    return first + (last - first) * np.array(x)


def table(p, g):
    if p["type"] == "rectified-flow":
        tau = (np.arange(1000) + 1) / 1000
        with np.errstate(divide="ignore"):
            return tau / (1 - tau)
    power = g.get("power", 2)
    ends = g.get("beta_start", 0.00085) ** (1 / power), g.get("beta_end", 0.012) ** (1 / power)
    bar = np.cumprod(1 - np.linspace(*ends, 1000) ** power)
    return np.sqrt((1 - bar) / bar)


def in_timesteps(choose, logarithmic=True):
    def rule(p, end, given):
        levels = table(p, given)
        steps = np.asarray(choose(N if end == 0 else N + 1, given), dtype=float)
        places = np.arange(len(levels))
        if p["type"] == "rectified-flow":
            tau = (steps + 1) / 1000
            with np.errstate(divide="ignore"):
                s = tau / (1 - tau)
        elif logarithmic:
            s = np.exp(np.interp(steps, places, np.log(levels)))
        else:
            s = np.interp(steps, places, levels)
        return np.append(s, 0.0) if end == 0 else s
    return rule


def released(values, flow=False):
    def rule(p, end, given):
        places = np.linspace(0, 1, len(values))
        s = np.exp(np.interp(np.linspace(0, 1, N + 1), places, np.log(values)))
        s = s / (1 - s) if flow else s
        if end == 0:
            s[-1] = 0
        return s
    return rule


RULES = {
    "uniform": in_time(lambda p, e: np.linspace(p["horizon"], e, N + 1)),
    "quadratic": in_time(lambda p, e: np.linspace(np.sqrt(p["horizon"]), np.sqrt(e), N + 1) ** 2),
    # alpha = exp(-beta t) for the Ornstein-Uhlenbeck process.
    "uniform-alpha": in_time(lambda p, e: -np.log(np.linspace(
        np.exp(-p["beta"] * p["horizon"]), np.exp(-p["beta"] * e), N + 1)) / p["beta"]),
    "uniform-alpha-squared": in_time(lambda p, e: -np.log(np.linspace(
        np.exp(-2 * p["beta"] * p["horizon"]), np.exp(-2 * p["beta"] * e), N + 1)) / (2 * p["beta"])),
    "log-snr": in_levels(lambda hi, lo, m, g: np.exp(np.linspace(np.log(hi), np.log(lo), m))),
    "karras": in_levels(karras),
    "polyexponential": in_levels(polyexponential),
    "arctan": in_levels(arctan),
    "kl-optimal": in_levels(lambda hi, lo, m, g: arctan(hi, lo, m, {"c": 1.0})),
    "cosine": in_levels(cosine),
    "iddpm": in_levels(iddpm),
    "vp-time": in_levels(vp_time),
    "laplace": in_levels(laplace),
    "beta-levels": in_levels(beta_levels),
    "flow-uniform": in_flow_time(lambda a, b, g: np.linspace(a, b, N + 1)),
    "flow-shift": in_flow_time(flow_shift),
    "linear-quadratic": in_flow_time(linear_quadratic),
    "beta-timesteps": in_timesteps(lambda m, g: np.rint(999 * beta_law.ppf(
        1 - np.linspace(0, 1, m, endpoint=False), g.get("a", 0.6), g.get("b", 0.6)))),
    "simple": in_timesteps(lambda m, g: [999 - int(x * (1000 / m)) for x in range(m)]),
    "normal": in_timesteps(lambda m, g: np.linspace(999, 0, m)),
    "sgm-uniform": in_timesteps(lambda m, g: np.linspace(999, 0, m + 1)[:-1]),
    "diffusers-linspace": in_timesteps(lambda m, g: np.linspace(0, 999, m)[::-1], False),
    "diffusers-leading": in_timesteps(
        lambda m, g: (np.arange(m) * (1000 // m))[::-1] + g.get("steps_offset", 1)),
    "diffusers-trailing": in_timesteps(lambda m, g: np.arange(1000, 0, -1000 / m).round() - 1),
    "ays-sd15": released([14.615, 6.475, 3.861, 2.697, 1.886, 1.396, .963, .652, .399, .152, .029]),
    "ays-sdxl": released([14.615, 6.315, 3.771, 2.181, 1.342, .862, .555, .380, .234, .113, .029]),
    "ays-deepfloyd": released(
        [160.41, 8.081, 3.315, 1.885, 1.207, .785, .553, .293, .186, .030, .006]),
    "ays-svd": released([700, 54.5, 15.886, 7.977, 4.248, 1.789, .981, .403, .173, .034, .002]),
    "oss-flux": released(
        [.9968, .9886, .9819, .975, .966, .9471, .9158, .8287, .5512, .2808, .001], flow=True),
}

#: process, end, parameters for every rule; those with a place of their own follow.
USUAL = [("ou", 0, {}), ("sd", 0, {}), ("ve", 0.002, {}), ("flow", 0, {})]
SPECIAL = {
    "uniform-alpha": [("ou", 0, {}), ("ou", 0.1, {})],
    "uniform-alpha-squared": [("ou", 0, {}), ("ou", 0.1, {})],
    "karras": USUAL + [("sd", 0, {"rho": 3, "sigma_min": 0.03}), ("ddpm", 0.01, {"rho": 0.7})],
    "polyexponential": USUAL + [("ou", 0, {"rho": 2.5})],
    "arctan": [(p, e, {**g, "c": c}) for (p, e, g) in USUAL for c in (0.5, 3.0)],
    "kl-optimal": USUAL + [("flow", 0, {"sigma_max": 500})],
    "cosine": USUAL + [("ve", 0.002, {"s": 0.1}), ("ou", 0, {"s": 0})],
    "vp-time": USUAL + [("ou", 0, {"rho": 2}), ("ddpm", 0, {"beta_d": 19.9})],
    "laplace": [("ou", 0, {}), ("ve", 0.002, {"mu": 0.3, "beta": 0.4})],
    "beta-levels": USUAL + [("ve", 0.002, {"a": 2, "b": 1.5})],
    "flow-shift": USUAL + [("flow", 0, {"shift": 1.15})],
    "beta-timesteps": [("sd", 0, {}), ("flow", 0, {"a": 0.9, "b": 1.7}), ("ou", 0.0005, {})],
    "diffusers-leading": [("sd", 0, {}), ("sd", 0, {"steps_offset": 0}), ("ou", 0.001, {})],
    "simple": [("sd", 0, {}), ("flow", 0, {}), ("ou", 0.02, {})],
    "normal": [("sd", 0, {}), ("flow", 0, {})],
    "sgm-uniform": [("sd", 0, {}), ("flow", 0, {}), ("ddpm", 0, {
        "beta_start": 1e-4, "beta_end": 0.02, "power": 1})],
    "diffusers-linspace": [("sd", 0, {})],
    "diffusers-trailing": [("sd", 0, {}), ("flow", 0, {}), ("ou", 0.02, {})],
    "ays-sd15": [("sd", 0, {})], "ays-sdxl": [("sd", 0, {})], "ays-svd": [("video", 0.001, {})],
    "ays-deepfloyd": [("pixel", 0, {})], "oss-flux": [("flow", 0, {})],
}


def cases():
    for name, rule in RULES.items():
        for process, end, given in SPECIAL.get(name, USUAL):
            levels = rule(PROCESSES[process], end, given)
            assert len(levels) == N + 1, (name, process, len(levels))
            yield {"rule": name, "process": PROCESSES[process], "end": end, "parameters": given,
                   # The first and the last are the grid's own ends.
                   "levels": [float(x) for x in levels[1:-1]]}


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_suffix(".json")
    lines = ",\n".join(json.dumps(case) for case in cases())
    path.write_text("[\n" + lines + "\n]\n")
