"""Writes adamw.txt: 20 AdamW steps of PyTorch in float64, with clipping, decay and a clamp.

Lines: the first parameters; then for each step its learning rate, its gradient (numbers that
float32 holds exactly), the norm before clipping, the parameters after the clamp.
"""

import torch

torch.manual_seed(7)
count, bound, maximum = 37, 0.9, 1.5
parameters = torch.nn.Parameter(torch.randn(count).float().double())
optimizer = torch.optim.AdamW([parameters], betas=(0.9, 0.999), eps=1e-8, weight_decay=0.05)
lines = [parameters.tolist()]
for step in range(20):
    rate = torch.tensor(0.02 * (1 - step / 25)).float().item()
    scale = [0.01, 1.0, 30.0][step % 3]  # below, about and above the clipping norm
    gradient = (scale * torch.randn(count)).float().double()
    parameters.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_([parameters], maximum)
    optimizer.param_groups[0]["lr"] = rate
    optimizer.step()
    with torch.no_grad():
        parameters.clamp_(-bound, bound)
    lines += [[rate], gradient.tolist(), [norm.item()], parameters.tolist()]
with open("adamw.txt", "w") as file:
    for line in lines:
        print(*(repr(x) for x in line), file=file)
