"""Writes transformer.json: values and gradients of a small transformer of PyTorch in float64.

The modules are those of experiment 3 of arXiv:2606.03820: scalar tokens, learned positions,
pre-layer-norm blocks with `torch.nn.MultiheadAttention`, exact GELU, no last norm. Parameters,
input and output gradient are numbers that float32 holds exactly. `parameters` and `gradient` are
all tensors of the state dict, in its order, row by row; `names` has their names and counts.
"""

import json

import torch
from torch import nn

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
dimension, width, heads, blocks, factor, batch = 5, 8, 2, 2, 4, 3


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1 = nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln2 = nn.LayerNorm(width)
        self.ff = nn.Sequential(
            nn.Linear(width, factor * width), nn.GELU(), nn.Linear(factor * width, width))

    def forward(self, x):
        h = self.ln1(x)
        x = x + self.attn(h, h, h, need_weights=False)[0]
        return x + self.ff(self.ln2(x))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.in_proj = nn.Linear(1, width)
        self.pos = nn.Parameter(torch.zeros(dimension, width))
        self.blocks = nn.ModuleList(Block() for _ in range(blocks))
        self.out_proj = nn.Linear(width, 1)

    def forward(self, x):
        h = self.in_proj(x.unsqueeze(-1)) + self.pos
        for block in self.blocks:
            h = block(h)
        return self.out_proj(h).squeeze(-1)


def exact(*shape):
    return torch.randn(*shape).float().double()


model = Transformer()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        # No zeros and ones: every bias and scale must show in the result.
        centre = 1.0 if name.endswith(("ln1.weight", "ln2.weight")) else 0.0
        parameter.copy_((centre + 0.4 * torch.randn_like(parameter)).float().double())
names = list(model.state_dict())
parameters = dict(model.named_parameters())
assert set(names) == set(parameters)
x = exact(batch, dimension).requires_grad_()
output_gradient = exact(batch, dimension)
y = model(x)
y.backward(output_gradient)


def flat(tensors):
    return [v for t in tensors for v in t.detach().flatten().tolist()]


with open("transformer.json", "w") as file:
    json.dump({
        "dimension": dimension, "width": width, "heads": heads, "blocks": blocks,
        "feedForwardFactor": factor, "batch": batch,
        "names": names, "counts": [parameters[n].numel() for n in names],
        "parameters": flat(parameters[n] for n in names),
        "input": flat([x]), "output": flat([y]), "outputGradient": flat([output_gradient]),
        "gradient": flat(parameters[n].grad for n in names), "inputGradient": flat([x.grad]),
    }, file, indent=1)
    file.write("\n")
