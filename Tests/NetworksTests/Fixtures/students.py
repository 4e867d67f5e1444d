"""Writes students.json: losses and gradients of three small students of PyTorch in float64.

`relu` and `requ` are perceptrons with four hidden layers. `composition` is the deep residual
composition of arXiv:2606.03820, Definition 10, as its authors train it: x <- x + alpha v_k(x) with
v_k(x) = -beta (x + s_k(x)), alpha = -T/n and a perceptron s_k of two hidden layers for each block.
Here beta differs from block to block, so that blocks cannot be taken for each other. The loss is
`torch.nn.MSELoss`. Parameters, input and target are numbers that float32 holds exactly.
`parameters` and `gradient` are all tensors of the state dict, in its order, row by row; `counts`
has their sizes.
"""

import json

import torch
from torch import nn

torch.manual_seed(12)
torch.set_default_dtype(torch.float64)
dimension, width, batch = 5, 16, 7


class ReQU(nn.Module):
    def forward(self, x):
        return torch.relu(x) ** 2


def perceptron(activations):
    modules = [nn.Linear(dimension, width), activations[0]()]
    for activation in activations[1:]:
        modules += [nn.Linear(width, width), activation()]
    return nn.Sequential(*modules, nn.Linear(width, dimension))


class Composition(nn.Module):
    def __init__(self, time, betas):
        super().__init__()
        self.alpha, self.betas = -time / len(betas), betas
        self.scores = nn.ModuleList(perceptron([nn.ReLU, nn.ReLU]) for _ in betas)

    def forward(self, x):
        for score, beta in zip(self.scores, self.betas):
            x = x + self.alpha * (-beta * (x + score(x)))
        return x


def exact(*shape):
    return torch.randn(*shape).float().double()


def flat(tensors):
    return [v for t in tensors for v in t.detach().flatten().tolist()]


def student(model, **facts):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # No zeros: every bias must show in the result.
            scale = 0.3 if name.endswith("bias") else parameter.shape[1] ** -0.5
            parameter.copy_((scale * torch.randn_like(parameter)).float().double())
    parameters = dict(model.named_parameters())
    names = list(model.state_dict())
    assert set(names) == set(parameters)
    x, target = exact(batch, dimension).requires_grad_(), exact(batch, dimension)
    y = model(x)
    loss = nn.functional.mse_loss(y, target)
    loss.backward()
    return {
        **facts, "dimension": dimension, "width": width, "batch": batch,
        "counts": [parameters[n].numel() for n in names],
        "parameters": flat(parameters[n] for n in names),
        "input": flat([x]), "target": flat([target]), "output": flat([y]), "loss": loss.item(),
        "gradient": flat(parameters[n].grad for n in names), "inputGradient": flat([x.grad]),
    }


time, betas = 1.5, [0.5, 1.0, 1.5]
students = {
    "relu": student(
        perceptron([nn.ReLU] * 4), activations=["relu"] * 4),
    "requ": student(
        perceptron([nn.ReLU, ReQU] * 2), activations=["relu", "requ"] * 2),
    "composition": student(
        Composition(time, betas), activations=["relu"] * 2, time=time, betas=betas),
}
with open("students.json", "w") as file:
    json.dump(students, file, indent=1)
    file.write("\n")
