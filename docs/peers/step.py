"""The training step of `tinymor bench train`, in PyTorch, so that the two can be compared on one machine.

    python3 docs/peers/step.py PRESET STEPS THREADS      prints {"ms_per_step", "params", "peak_rss_mb"}

Written as a PyTorch user would: fused scaled_dot_product_attention, F.rms_norm, fused AdamW. Needs torch 2.5 or later;
nothing of tinymor needs this file.
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

# vocabulary, width, heads, key heads, inner width, layers, length, batch
SHAPES = {
    "baby": (65, 128, 4, 4, 344, 4, 64, 12),
    "small": (512, 192, 6, 3, 512, 8, 256, 8),
    "big": (2048, 384, 6, 6, 1024, 8, 256, 8),
}
RECURSIONS, BLOCK = 3, 2


def rotary(length, width):
    angles = torch.outer(torch.arange(length).float(), 10000 ** (-torch.arange(0, width, 2).float() / width))
    return torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)


def turn(x, cos, sin):
    low, high = x.chunk(2, -1)
    return x * cos + torch.cat([-high, low], -1) * sin


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, 1e-5)


class Layer(nn.Module):
    def __init__(self, d, heads, kv_heads, d_ff):
        super().__init__()
        self.heads, self.kv_heads, self.width = heads, kv_heads, d // heads
        linear = lambda i, o: nn.Linear(i, o, bias=False)
        self.norm1, self.norm2 = Norm(d), Norm(d)
        self.q, self.k, self.v = linear(d, d), linear(d, kv_heads * self.width), linear(d, kv_heads * self.width)
        self.o, self.gate, self.up, self.down = linear(d, d), linear(d, d_ff), linear(d, d_ff), linear(d_ff, d)

    def forward(self, x, cos, sin):
        batch, length, d = x.shape
        split = lambda t, heads: t.view(batch, length, heads, self.width).transpose(1, 2)
        n = self.norm1(x)
        q, k, v = split(self.q(n), self.heads), split(self.k(n), self.kv_heads), split(self.v(n), self.kv_heads)
        mixed = F.scaled_dot_product_attention(
            turn(q, cos, sin), turn(k, cos, sin), v, is_causal=True, enable_gqa=self.heads != self.kv_heads)
        x = x + self.o(mixed.transpose(1, 2).reshape(batch, length, d))
        n = self.norm2(x)
        return x + self.down(F.silu(self.gate(n)) * self.up(n))


class Model(nn.Module):
    """kind: "" (vanilla), "rec" (middle_cycle) or "mor" (the same with expert choice, recursion-wise keys)."""

    def __init__(self, shape, kind):
        super().__init__()
        vocab, d, heads, kv_heads, d_ff, layers, length, _ = shape
        self.kind, (self.cos, self.sin) = kind, rotary(length, d // heads)
        self.embed = nn.Embedding(vocab, d)
        self.layers = nn.ModuleList(Layer(d, heads, kv_heads, d_ff) for _ in range(BLOCK + 2 if kind else layers))
        self.norm = Norm(d)
        if kind == "mor":
            self.routers = nn.ModuleList(nn.Linear(d, 1, bias=False) for _ in range(RECURSIONS))
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, 0, 0.02)

    def run(self, layers, x, cos, sin):
        for layer in layers:
            x = layer(x, cos, sin)
        return x

    def forward(self, ids):
        cos, sin, aux = self.cos[None, None], self.sin[None, None], 0
        x = self.embed(ids)
        if not self.kind:
            return F.linear(self.norm(self.run(self.layers, x, cos, sin)), self.embed.weight), aux
        x = self.layers[0](x, cos, sin)
        if self.kind == "rec":
            for _ in range(RECURSIONS):
                x = self.run(self.layers[1:3], x, cos, sin)
        else:
            x, aux = self.route(x)
        return F.linear(self.norm(self.layers[3](x, cos, sin)), self.embed.weight), aux

    def route(self, x):
        batch, length, d = x.shape
        rows = lambda index: index[..., None].expand(-1, -1, d)
        active, aux = torch.arange(length).expand(batch, length), 0
        for r, router in enumerate(self.routers):
            candidates = x.gather(1, rows(active))
            z = router(candidates)[..., 0]
            keep = z.topk(max(1, (RECURSIONS - r) * length // RECURSIONS), 1).indices.sort(1).values
            aux = aux + F.binary_cross_entropy_with_logits(z, torch.zeros_like(z).scatter(1, keep, 1.0))
            gate, active = 0.1 * torch.sigmoid(z.gather(1, keep)), active.gather(1, keep)
            chosen = candidates.gather(1, rows(keep))
            y = self.run(self.layers[1:3], chosen, self.cos[active][:, None], self.sin[active][:, None])
            x = x.scatter(1, rows(active), chosen + gate[..., None] * y)
        return x, aux


def main(preset, steps, threads):
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    name, _, kind = preset.partition("-")
    vocab, length, batch = SHAPES[name][0], SHAPES[name][6], SHAPES[name][7]
    model = Model(SHAPES[name], kind)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    seconds = []
    for _ in range(int(steps) + 1):
        ids, targets = torch.randint(vocab, (batch, length)), torch.randint(vocab, (batch, length))
        start = time.perf_counter()
        logits, aux = model(ids)
        loss = F.cross_entropy(logits.view(-1, vocab), targets.view(-1)) + 0.001 * aux
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    seconds = sorted(seconds[1:])
    print(json.dumps({"ms_per_step": 1e3 * seconds[len(seconds) // 2],
                      "params": sum(p.numel() for p in model.parameters()),
                      "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))


main(*sys.argv[1:])
