"""The other side: the released script's protocol in PyTorch, and NumPy, SciPy and scikit-learn.

Written from the protocol of arXiv:2606.03820 and of its released script: float32, closed-form score by
matrix products and a softmax, Runge-Kutta 4 with uniform steps without gradients, AdamW, gradient norm
clipped at 1, no compilation.

usage: pytorch_cases.py serve FOLDER      answers {"case": NAME} lines with seconds of one run
       pytorch_cases.py once NAME FOLDER  one run, for the peak of memory
       pytorch_cases.py accuracy FOLDER   how far its own flow maps are from the exact ones
"""

import json
import math
import os
import sys
import time

import numpy as np

THREADS = int(os.environ.get("BENCHMARK_THREADS", "2"))
BETA, BATCH, STEPS = 5.0, 1024, 5
# Seconds of the processor where others use the machine, see compare.py.
now = time.process_time if os.environ.get("BENCHMARK_CLOCK") == "processor" else time.perf_counter


def timed(work):
    """A run whose whole work counts."""
    def run():
        begin = now()
        work()
        return now() - begin
    return run


class Mixture:
    """Equal isotropic Gaussians under the Ornstein-Uhlenbeck process, float32."""

    def __init__(self, means, sigma0):
        import torch
        self.torch, self.means, self.sigma0 = torch, means, sigma0
        self.log_weights = torch.full((1, len(means)), -math.log(len(means)), dtype=means.dtype)
        self.weights = torch.full((len(means),), 1 / len(means), dtype=means.dtype)

    def marginal(self, t):
        alpha = math.exp(-BETA * t)
        return self.means * alpha, alpha**2 * self.sigma0**2 + 1 - alpha**2

    def sample(self, t, count):
        means, variance = self.marginal(t)
        label = self.torch.multinomial(self.weights, count, replacement=True)
        noise = self.torch.randn(count, means.shape[1], dtype=means.dtype)
        return means[label] + math.sqrt(variance) * noise

    def score(self, x, t):
        means, variance = self.marginal(t)
        distance = (
            (x * x).sum(-1, keepdim=True) + (means * means).sum(-1) - 2 * (x @ means.t())
        ).clamp_min(0)
        posterior = self.torch.softmax(self.log_weights - 0.5 * distance / variance, dim=-1)
        return (posterior @ means - x) / variance

    def transport(self, x, start, end, steps):
        """Classical Runge-Kutta with uniform steps in t."""
        def velocity(x, t):
            return -BETA * (x + self.score(x, t))
        with self.torch.no_grad():
            t, h = start, (end - start) / steps
            for _ in range(steps):
                k1 = velocity(x, t)
                k2 = velocity(x + 0.5 * h * k1, t + 0.5 * h)
                k3 = velocity(x + 0.5 * h * k2, t + 0.5 * h)
                k4 = velocity(x + h * k3, t + h)
                x = x + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4)
                t = t + h
        return x


def paper_means():
    """Uniform in [-5, 5]^64, the published draw."""
    import torch
    generator = torch.Generator().manual_seed(0)
    return (torch.rand(20, 64, generator=generator) * 2 - 1) * 5


def perceptron(requ=False):
    import torch
    from torch import nn

    class ReQU(nn.Module):
        def forward(self, x):
            return torch.relu(x).pow(2)

    sizes, layers = [64, 512, 512, 512, 512], []
    for k in range(4):
        layers += [nn.Linear(sizes[k], sizes[k + 1]), ReQU() if requ and k % 2 else nn.ReLU()]
    return initialised(nn.Sequential(*layers, nn.Linear(512, 64)))


def initialised(network):
    from torch import nn
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    return network


def transformer(blocks, width=128, heads=4):
    """Each coordinate is a token; blocks of attention and GELU, normalised before."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
            self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
            self.perceptron = nn.Sequential(
                nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

        def forward(self, x):
            h = self.before(x)
            x = x + self.attention(h, h, h, need_weights=False)[0]
            return x + self.perceptron(self.between(x))

    class Map(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.readout = nn.Linear(1, width), nn.Linear(width, 1)
            self.position = nn.Parameter(0.02 * torch.randn(64, width))
            self.blocks = nn.Sequential(*[Block() for _ in range(blocks)])

        def forward(self, x):
            return self.readout(self.blocks(self.embedding(x[..., None]) + self.position))[..., 0]

    return initialised(Map())


class Trainer:
    """Steps of AdamW on the mean squared error."""

    def __init__(self, network):
        import torch
        self.torch, self.network = torch, network
        self.optimiser = torch.optim.AdamW(network.parameters(), lr=2e-4, weight_decay=0.0)

    def step(self, x, y):
        loss = self.torch.nn.functional.mse_loss(self.network(x), y)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()


def experiment(network, targets, segments=1, steps=STEPS):
    """Steps of `targets(k) -> (x, y)` for each segment k; each segment's first is not timed."""
    def run():
        total = 0.0
        for k in range(segments):
            trainer = Trainer(network())
            for step in range(steps):
                begin = now()
                x, y = targets(k)
                trainer.step(x, y)
                if step:
                    total += now() - begin
        return total
    return run, segments * (steps - 1)


def training(network):
    import torch
    trainer = Trainer(network)
    x, y = torch.randn(BATCH, 64), torch.randn(BATCH, 64)
    return timed(lambda: trainer.step(x, y)), 1


def experiment_1():
    mixture = Mixture(paper_means(), 0.1)

    def targets(_):
        x = mixture.sample(0.5, BATCH)
        return x, mixture.score(x, 0.5)
    return experiment(lambda: perceptron(requ=True), targets, steps=12)


def experiment_3():
    mixture = Mixture(paper_means(), 0.001)

    def targets(_):
        x = mixture.sample(1.0, BATCH)
        return x, mixture.transport(x, 1.0, 0.0, 100)
    return experiment(lambda: transformer(1), targets, steps=3)


def experiment_4():
    mixture = Mixture(paper_means(), 1.0)

    def targets(k):
        start, end = 1 - k / 8, 1 - (k + 1) / 8
        x = mixture.sample(start, BATCH)
        return x, mixture.transport(x, start, end, max(5, round(100 / 8)))
    return experiment(perceptron, targets, segments=8)


def score(dimension, components, dtype):
    import torch
    means = 10 * torch.rand(components, dimension, dtype=dtype) - 5
    mixture = Mixture(means, 1.0)
    x = mixture.sample(0.5, BATCH)

    def work():
        with torch.no_grad():
            mixture.score(x, 0.5)
    return timed(work), BATCH


def score_numpy(dimension, components):
    """The same arithmetic in float64 with NumPy's products and SciPy's softmax."""
    from scipy.special import softmax
    generator = np.random.default_rng(1)
    means = generator.uniform(-5, 5, (components, dimension))
    alpha = math.exp(-BETA * 0.5)
    shifted, variance = alpha * means, 1.0
    x = shifted[generator.integers(components, size=BATCH)]
    x = x + generator.standard_normal(x.shape)

    def work():
        distance = (x * x).sum(1, keepdims=True) + (shifted * shifted).sum(1) - 2 * (x @ shifted.T)
        posterior = softmax(-0.5 * distance / variance, axis=1)
        return (posterior @ shifted - x) / variance
    return timed(work), BATCH


def flow_map(folder, sigma0):
    import torch
    x = torch.from_numpy(np.load(f"{folder}/noise-{sigma0}.npy")).float()
    mixture = Mixture(paper_means(), float(sigma0))
    return timed(lambda: mixture.transport(x, 1.0, 0.0, 100)), len(x)


def em_fit(folder):
    from sklearn.mixture import GaussianMixture
    data = np.load(f"{folder}/digits.npy")
    start = json.load(open(f"{folder}/start.json"))
    settings = json.load(open(f"{folder}/settings.json"))
    model = GaussianMixture(
        len(start["weights"]), covariance_type="full", tol=0.0, reg_covar=settings["em_floor"],
        max_iter=settings["em_iterations"], weights_init=start["weights"],
        means_init=np.array(start["means"]),
        precisions_init=np.linalg.inv(np.array(start["covariances"]["matrices"])))
    return model, data


def em(folder):
    import warnings
    warnings.simplefilter("ignore")  # It is not meant to converge.

    def run():
        model, data = em_fit(folder)
        begin = now()
        model.fit(data)
        return now() - begin
    return run, 1


def case(name, folder):
    """The run of a case, and how many things it does."""
    import torch
    torch.set_num_threads(THREADS)
    makers = {
        "experiment-1": experiment_1,
        "experiment-3": experiment_3,
        "experiment-4": experiment_4,
        "training-step": lambda: training(perceptron()),
        "training-step-requ": lambda: training(perceptron(requ=True)),
        "training-transformer": lambda: training(transformer(1)),
        "score": lambda: score(64, 20, torch.float32),
        "score-double": lambda: score(64, 20, torch.float64),
        "score-large": lambda: score(784, 1000, torch.float32),
        "score-large-double": lambda: score(784, 1000, torch.float64),
        "score-numpy": lambda: score_numpy(64, 20),
        "score-large-numpy": lambda: score_numpy(784, 1000),
        "flow-map": lambda: flow_map(folder, "1.0"),
        "flow-map-narrow": lambda: flow_map(folder, "0.001"),
        "em": lambda: em(folder),
    }
    return makers[name]()


def serve(folder):
    runs = {}
    for line in sys.stdin:
        name = json.loads(line)["case"]
        if name not in runs:
            run, work = case(name, folder)
            first = run()
            once = first if first > 1 else run()
            runs[name] = run, work, max(1, math.ceil(0.2 / max(once, 1e-9)))
        run, work, repetitions = runs[name]
        time_of_one = sum(run() for _ in range(repetitions)) / repetitions
        print(json.dumps({"seconds": time_of_one, "work": work}), flush=True)


def accuracy(folder):
    """The relative MSE of the script's own 100-step flow maps, and an independent look at the exact
    ones: SciPy's DOP853 in float64 on a few samples."""
    import torch
    from scipy.integrate import solve_ivp
    from scipy.special import softmax
    result = {}
    means = paper_means().double().numpy()
    for sigma0 in ["1.0", "0.001"]:
        noise, exact = np.load(f"{folder}/noise-{sigma0}.npy"), np.load(f"{folder}/exact-{sigma0}.npy")
        mixture = Mixture(paper_means(), float(sigma0))
        ours = mixture.transport(torch.from_numpy(noise).float(), 1.0, 0.0, 100).double().numpy()

        def velocity(t, x):
            alpha = math.exp(-BETA * t)
            variance = alpha**2 * float(sigma0)**2 - math.expm1(-2 * BETA * t)
            distance = ((x - alpha * means) ** 2).sum(1)
            return -BETA * (x + (softmax(-0.5 * distance / variance) @ (alpha * means) - x) / variance)
        rows = range(4)
        check = np.array([
            solve_ivp(velocity, (1, 0), noise[i], method="DOP853", rtol=1e-10, atol=1e-12).y[:, -1]
            for i in rows])
        relative = lambda y, z: float(((y - z) ** 2).sum() / (z**2).sum())
        error = relative(ours, exact)
        result[sigma0] = {
            "relative_mse": error if math.isfinite(error) else None,
            "dop853_against_exact": relative(check, exact[list(rows)]),
            "second_moment": float((ours**2).sum(1).mean()),
            "exact_second_moment": float((exact**2).sum(1).mean()),
        }
    model, data = em_fit(folder)
    import warnings
    warnings.simplefilter("ignore")
    result["em_log_likelihood"] = float(model.fit(data).score(data))
    result["versions"] = versions()
    print(json.dumps(result))


def versions():
    import scipy
    import sklearn
    import torch
    return {"torch": torch.__version__, "numpy": np.__version__, "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__}


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    elif sys.argv[1] == "accuracy":
        accuracy(sys.argv[2])
    else:
        run, _ = case(sys.argv[2], sys.argv[3])
        print(json.dumps({"seconds": run()}))
