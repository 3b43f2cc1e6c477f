#!/usr/bin/env python3
"""Makes vectors.safetensors: values and gradients of every differentiable operation, computed by PyTorch.

    python3 tests/autograd/torch/make_vectors.py      (needs torch; was run with 2.13)

Only for changing the file: building and testing read it and need no Python. torch_test.cpp compares tinymor with it.
Everything is computed in double precision from inputs that float holds exactly, and stored as F32, indices included,
because that is what tinymor's reader knows. The same script gives the same bytes.

Case n of function f is the tensors f/n/input0, f/n/input1, ..., f/n/cotangent, f/n/output, f/n/grad0, ...: gradK is the
gradient of sum(cotangent * output) by inputK. Its other arguments (axes, indices, ...) are beside them
under its own name.
"""

import itertools
import json
import math
import pathlib
import struct

import torch
import torch.nn.functional as F

torch.manual_seed(20240711)
tensors = {}  # name -> tensor, in the order of the file
cases = {}  # function -> how many cases it has


def exact(x):
    """x rounded to what float holds, as double."""
    return torch.as_tensor(x, dtype=torch.float64).to(torch.float32).to(torch.float64)


def uniform(shape, low=-1.0, high=1.0):
    return exact(low + (high - low) * torch.rand(shape, dtype=torch.float64))


def integers(shape, end):
    return torch.randint(0, end, shape)


def case(name, f, *inputs, **arguments):
    """Adds a case: f(*inputs), its gradients, and `arguments` as they are."""
    number = cases[name] = cases.get(name, -1) + 1
    leaves = [exact(x).requires_grad_() for x in inputs]
    output = f(*leaves)
    cotangent = uniform(output.shape)
    grads = torch.autograd.grad(output, leaves, cotangent, allow_unused=True)
    stored = {f"input{i}": x for i, x in enumerate(leaves)} | arguments | {"cotangent": cotangent, "output": output}
    for i, (leaf, grad) in enumerate(zip(leaves, grads)):
        stored[f"grad{i}"] = torch.zeros_like(leaf) if grad is None else grad
    for key, value in stored.items():
        tensors[f"{name}/{number}/{key}"] = torch.as_tensor(value).detach().to(torch.float32).contiguous()


# --- arithmetic -------------------------------------------------------------------------------------------------------

BROADCASTS = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 4)), ((3,), ()), ((), (2, 2)), ((), ()),
              ((2, 1, 3), (4, 1)), ((0, 3), (3,)), ((1, 0), (2, 1)), ((2, 3, 1), (3, 19)), ((1, 1), (1,))]

for a, b in BROADCASTS[::2]:
    case("add", torch.add, uniform(a), uniform(b))
    case("sub", torch.sub, uniform(b), uniform(a))
for a, b in BROADCASTS[1::2]:
    case("mul", torch.mul, uniform(a), uniform(b))
    case("div", torch.div, uniform(a), uniform(b, 0.25, 2))
case("div", torch.div, uniform((5,)), uniform((5,), -2, -0.25))

for condition, a, b in [((2, 3), (2, 3), (2, 3)), ((3,), (2, 1), ()), ((), (4,), (4,)), ((4, 1), (1, 3), (4, 3)),
                        ((2, 0), (2, 1), (1,)), ((2, 1, 1), (3, 2), (2,))]:
    chosen = integers(condition, 2)
    case("where", lambda x, y: torch.where(chosen != 0, x, y), uniform(a), uniform(b), condition=chosen)

for shape, factor in [((), 3.0), ((2, 3), -0.3), ((0, 2), 0.0)]:
    factor = exact(factor)
    case("scale", lambda x: x * factor, uniform(shape), factor=factor)
    # Twice the input, changed in place: a leaf itself cannot be.
    case("scale_in_place", lambda x: (2 * x).mul_(factor), uniform(shape), factor=factor)
for a, b in BROADCASTS:
    if torch.broadcast_shapes(a, b) == torch.Size(a):
        case("add_in_place", lambda x, y: (2 * x).add_(y), uniform(a), uniform(b))
case("add_in_place", lambda x, y: (2 * x).add_(x * y), uniform((2, 3)), uniform((2, 3)), uses_itself=1)

# --- activations ------------------------------------------------------------------------------------------------------

ACTIVATIONS = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "sigmoid": torch.sigmoid,
    "silu": F.silu,
    "tanh": torch.tanh,
    "softplus": lambda x: F.softplus(x, threshold=1000),  # torch's own default replaces it by x above 20
}
FAR = [-1e4, -104, -88, -50, -20, -12, -6, -1, -1e-3, -1e-30, 1e-30, 1e-3, 1, 6, 12, 20, 50, 88, 104, 1e4]

for name, f in ACTIVATIONS.items():
    for shape in [(0, 3), (2, 1, 17)]:
        case(name, f, uniform(shape, -4, 4))
    case(name, f, FAR)
for shape in [(0, 3), (2, 1, 17)]:
    case("exp", torch.exp, uniform(shape, -3, 2))
    case("log", torch.log, uniform(shape, 0.1, 5))
    case("sqrt", torch.sqrt, uniform(shape, 0.1, 5))
case("exp", torch.exp, [-1e4, -104, -87, -50, -1e-30, 0, 1e-30, 2])
case("log", torch.log, [1e-3, 0.5, 0.999, 1, 1.001, 2, 1e6, 1e30])
case("sqrt", torch.sqrt, [1e-3, 0.5, 1, 2, 1e6, 1e30])

case("abs", torch.abs, FAR + [0])
for exponent in [0, 1, 2, 3, -1, -2, 0.5, -1.5]:
    case("pow", lambda x: x**exponent, [0.1, 0.5, 1, 1.5, 3, 7], exponent=exponent)
for exponent in [0, 1, 2, 5, -3]:
    case("pow", lambda x: x**exponent, [-2, -1, -0.25, 2], exponent=exponent)
for exponent in [0, 1, 2]:
    case("pow", lambda x: x**exponent, [0], exponent=exponent)
for low, high in [(-0.5, 0.5), (0, 2), (-3, -0.25)]:
    case("clamp", lambda x: x.clamp(low, high), [-4, -0.5, -0.25, 0, 0.1, 0.5, 3], low=low, high=high)

for shape, axis in [((3,), -1), ((4, 1), 1), ((2, 2, 17), -1), ((0, 4), -1), ((3, 0), -1), ((2, 3, 4), 1), ((5, 2), 0)]:
    for name, f in [("softmax", torch.softmax), ("log_softmax", torch.log_softmax)]:
        case(name, lambda x: f(x, axis), uniform(shape, -3, 3), axis=axis)
for row in [[1000.0, 999.0, -1000.0, 0.0], [-1e5, -1e5, -1e5 + 1, -math.inf]]:
    case("softmax", lambda x: torch.softmax(x, -1), [row], axis=-1)
    case("log_softmax", lambda x: torch.log_softmax(x, -1), [row], axis=-1)


def philox_words(seed):
    """Philox 4x32-10 (Salmon et al. 2011) with key `seed` and counters 0, 1, ...: 32 random bits at a time."""
    for block in itertools.count():
        c, key = [block, 0, 0, 0], [seed, 0]
        for _ in range(10):
            p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [(p1 >> 32) ^ c[1] ^ key[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ key[1], p0 & 0xFFFFFFFF]
            key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
        yield from c


for shape, p, seed in [((), 0.5, 1), ((2, 3), 0.0, 2), ((5, 7), 0.4, 3), ((0, 3), 0.5, 4), ((40,), 0.9, 5)]:
    # torch draws other numbers: the mask is made here with tinymor's generator, 24 bits for each number.
    draws = [(word >> 8) / 2**24 for word in itertools.islice(philox_words(seed), math.prod(shape))]
    mask = torch.tensor([0.0 if draw < p else 1.0 for draw in draws], dtype=torch.float64).reshape(shape)
    case("dropout", lambda x: x * mask / (1 - p), uniform(shape), p=p, seed=seed)

# --- reductions -------------------------------------------------------------------------------------------------------

REDUCTIONS = {
    "sum": lambda x, axes, keep: x.sum(axes, keep),
    "mean": lambda x, axes, keep: x.mean(axes, keep),
    "max": lambda x, axes, keep: x.amax(axes, keep),  # like tinymor, it lets equal elements share the gradient
    "logsumexp": lambda x, axes, keep: x.logsumexp(axes, keep),
    "norm": lambda x, axes, keep: torch.linalg.vector_norm(x, 2, axes, keep),
}
for name, f in REDUCTIONS.items():
    for shape, axes, keep in [((2, 3, 4), (0,), True), ((2, 3, 4), (1,), False), ((2, 3, 4), (-1,), True),
                              ((2, 3, 4), (2, 0), False), ((3, 1, 2), (1,), False),
                              ((0, 3), (1,), True), ((2, 35), (1,), True), ((35, 2), (0,), False)]:
        case(name, lambda x: f(x, axes, keep), uniform(shape), axes=axes, keep=keep)
    ties = integers((4, 5), 2) - 1.0
    ties[1] = 0  # where the norm has a corner; torch takes 0 for its slope too
    case(name, lambda x: f(x, (1,), False), ties, axes=(1,), keep=False)
for name in ["logsumexp", "max"]:
    f = REDUCTIONS[name]  # at 1000 the logarithm of a sum, as a float, is no longer known to 1e-5
    case(name, lambda x: f(x, (1,), False), [[100.0, 99.0], [-100.0, -100.0], [-math.inf, 2.0]], axes=(1,), keep=False)
for axes in [(), (0,), (1,)]:  # nothing to add up, and no axis to add along, which torch would take for all axes
    case("sum", lambda x: x.sum(axes) if axes else x.clone(), uniform((2, 0)), axes=torch.tensor(axes), keep=False)
case("sum", lambda x: x.clone(), uniform((2, 3)), axes=torch.zeros(0), keep=True)
for shape in [(), (3,), (2, 3, 2)]:
    case("sum_all", torch.sum, uniform(shape))
    case("mean_all", torch.mean, uniform(shape))
case("sum_all", torch.sum, uniform((0, 2)))

# --- shapes -----------------------------------------------------------------------------------------------------------

for old, new in [((), (1, 1)), ((2, 3), (6,)), ((2, 3, 4), (4, 1, 6)), ((0, 3), (3, 0)), ((1, 5), (5,))]:
    case("reshape", lambda x: x.reshape(new), uniform(old), shape=new)
for shape, order in [((2, 3, 4), (2, 0, 1)), ((2, 3), (1, 0)), ((3, 1, 2), (-1, 1, 0)), ((2, 0, 3), (1, 2, 0))]:
    case("permute", lambda x: x.permute(order), uniform(shape), order=order)
for shape, a, b in [((2, 3), 0, 1), ((2, 3, 4), -1, 0), ((2, 3, 4), 1, 1), ((0, 2), 0, 1)]:
    case("transpose", lambda x: x.transpose(a, b), uniform(shape), a=a, b=b)
for shape, axis, begin, end, step in [((5,), 0, 1, 4, 1), ((3, 7), 1, 0, 7, 3), ((3, 7), -2, 1, 3, 2),
                                      ((3, 2), 0, 2, 2, 1), ((2, 5, 3), 1, 4, 5, 9), ((0, 3), 0, 0, 0, 2)]:
    index = torch.arange(begin, end, step)
    case("slice", lambda x: x.index_select(axis, index), uniform(shape), axis=axis, begin=begin, end=end, step=step)
for old, new in [((), (2, 3)), ((2, 1, 3), (4, 2, 5, 3)), ((3,), (3,)), ((1, 2), (0, 2)), ((1, 1), (1, 4))]:
    case("expand", lambda x: x.expand(new), uniform(old), shape=new)
for shapes, axis in [([(2, 3), (2, 1), (2, 2)], 1), ([(3,)], 0), ([(1, 2), (0, 2), (2, 2)], 0),
                     ([(2, 2, 3), (2, 1, 3)], -2)]:
    case("concat", lambda *parts: torch.cat(parts, axis), *[uniform(shape) for shape in shapes], axis=axis)
for shape, count, axis in [((), 3, 0), ((2, 3), 2, 1), ((2, 3), 3, -1), ((2, 1), 1, 0), ((0, 2), 2, 2)]:
    case("stack", lambda *parts: torch.stack(parts, axis), *[uniform(shape) for _ in range(count)], axis=axis)

# --- rows -------------------------------------------------------------------------------------------------------------

for rows, d, index in [(3, 4, [2, 0, 2, 2]), (3, 4, []), (1, 1, [0, 0]), (2, 66, [1, 1, 0])]:
    index = torch.tensor(index, dtype=torch.long)
    case("gather_rows", lambda x: x.index_select(0, index), uniform((rows, d)), index=index)
    case("scatter_add_rows", lambda x, u: x.index_add(0, index, u), uniform((rows, d)), uniform((len(index), d)),
         index=index)
for rows, d, index in [(3, 4, [2, 0]), (3, 4, []), (1, 1, [0]), (5, 19, [4, 3, 2, 1, 0])]:
    index = torch.tensor(index, dtype=torch.long)
    case("replace_rows", lambda x, u: x.index_copy(0, index, u), uniform((rows, d)), uniform((len(index), d)),
         index=index)
for vocab, d, shape in [(5, 3, (2, 4)), (2, 1, ()), (3, 4, (0,)), (4, 17, (2, 1, 3))]:
    ids = integers(shape, vocab)
    case("embedding", lambda table: F.embedding(ids, table), uniform((vocab, d)), ids=ids)
for shape, k in [((5,), 3), ((2, 3), 4), ((2, 3, 5), 2), ((2, 3), 0), ((0, 3), 2), ((3, 1), 4)]:
    index = integers((*shape[:-1], k), shape[-1])
    case("take_along", lambda x: x.gather(-1, index), uniform(shape), index=index)

# --- products ---------------------------------------------------------------------------------------------------------

for a, b in [((3, 4), (4, 5)), ((1, 1), (1, 1)), ((1, 0), (0, 2)), ((4, 0), (0, 3)), ((0, 2), (2, 3)),
             ((5, 3), (3, 35)), ((1, 19), (19, 2)), ((2, 3, 4), (2, 4, 2)), ((3, 4), (2, 4, 2)),
             ((2, 1, 3, 4), (5, 4, 2)), ((0, 3, 4), (4, 2)), ((1, 2, 2), (3, 2, 1))]:
    case("matmul", torch.matmul, uniform(a), uniform(b))
for x, w in [((3, 4), (5, 4)), ((4,), (2, 4)), ((2, 3, 4), (1, 4)), ((0, 3), (2, 3)), ((1, 33), (3, 33)),
             ((3, 0), (2, 0))]:
    case("linear", F.linear, uniform(x), uniform(w))

# --- layers -----------------------------------------------------------------------------------------------------------

for shape in [(3, 5), (1, 1), (4,), (2, 1, 17), (70, 2), (0, 3)]:
    width, eps = (shape[-1],), exact(1e-3)
    case("rms_norm", lambda x, w: F.rms_norm(x, width, w, float(eps)), uniform(shape), uniform(width), eps=eps)
    case("layer_norm", lambda x, w, b: F.layer_norm(x, width, w, b, float(eps)), uniform(shape), uniform(width),
         uniform(width), eps=eps)
case("rms_norm", lambda x, w: F.rms_norm(x, (3,), w, float(eps)), torch.zeros(2, 3), uniform((3,)), eps=eps)
case("layer_norm", lambda x, w, b: F.layer_norm(x, (3,), w, b, float(eps)), torch.ones(2, 3), uniform((3,)),
     uniform((3,)), eps=eps)
for shape in [(2, 3), (), (3, 17)]:
    case("swiglu", lambda gate, up: F.silu(gate) * up, uniform(shape, -4, 4), uniform(shape))
    case("recompute", lambda x, y: torch.sigmoid(x * y) * x, uniform(shape, -4, 4), uniform(shape))


def rope(x, positions, width, theta):
    """Each head's halves (a, b) turned by position * theta^(-2i/width), as Llama's implementations do."""
    frequencies = theta ** (-2 * torch.arange(width // 2, dtype=torch.float64) / width)
    angle = (positions[:, None] * frequencies)[:, None, :]
    a, b = x.reshape(x.shape[0], x.shape[1] // width, 2, width // 2).unbind(2)
    turned = torch.stack([a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()], 2)
    return turned.reshape(x.shape)


for heads, width, theta, positions in [(1, 2, 10000, [0, 1, 2, 3]), (3, 4, 10000, [5, 0, 5, 39]), (2, 6, 500, [7]),
                                       (1, 32, 10000, [21]), (1, 34, 100, [2]), (2, 4, 10000, [])]:
    positions = torch.tensor(positions, dtype=torch.long)
    case("rope", lambda x: rope(x, positions, width, theta), uniform((len(positions), heads * width)),
         positions=positions, width=width, theta=theta)


def attention(q, k, v, heads, kv_heads, query_offsets, key_begin, visible):
    """Sequence by sequence; the keys a query must not see are masked out, key heads are repeated for their group."""
    width = q.shape[1] // heads
    parts = []
    for s, first in enumerate(key_begin):
        begin, end = query_offsets[s], query_offsets[s + 1]
        if begin == end:
            continue
        seen = torch.tensor(visible[begin:end])
        keys = int(seen.max())
        queries = q[begin:end].reshape(-1, heads, width).transpose(0, 1)
        k_heads, v_heads = [t[first:first + keys].reshape(-1, kv_heads, width).transpose(0, 1)
                            .repeat_interleave(heads // kv_heads, 0) for t in (k, v)]
        mask = torch.arange(keys)[None, :] < seen[:, None]
        out = F.scaled_dot_product_attention(queries, k_heads, v_heads, attn_mask=mask)
        parts.append(out.transpose(0, 1).reshape(end - begin, -1))
    return torch.cat(parts)


def causal(lengths):
    offsets = [0, *itertools.accumulate(lengths)]
    return dict(query_offsets=offsets, key_begin=offsets[:-1],
                visible=[i + 1 for length in lengths for i in range(length)])


# A cache: 3 and 1 queries over sequences whose 5 and 4 keys begin at rows 0 and 6 of the 11 rows there is room for.
CACHED = dict(query_offsets=[0, 3, 4], key_begin=[0, 6], visible=[3, 4, 5, 4])
for heads, kv_heads, width, rows, plan in [
        (1, 1, 2, 3, causal([3])), (2, 2, 4, 6, causal([4, 0, 1, 1])), (4, 2, 2, 6, causal([1, 3, 2])),
        (4, 1, 6, 4, causal([4])), (2, 1, 2, 27, causal([25, 2])), (1, 1, 1, 11, CACHED), (4, 2, 3, 11, CACHED),
        (6, 2, 2, 9, dict(query_offsets=[0, 2, 4], key_begin=[4, 0], visible=[5, 5, 1, 4]))]:
    queries = plan["query_offsets"][-1]
    case("attention", lambda q, k, v: attention(q, k, v, heads, kv_heads, **plan),
         uniform((queries, heads * width), -2, 2), uniform((rows, kv_heads * width), -2, 2),
         uniform((rows, kv_heads * width)), heads=heads, kv_heads=kv_heads, **plan)

# --- losses -----------------------------------------------------------------------------------------------------------

for logits, targets, ignore in [
        (uniform((3, 5), -3, 3), [0, 4, 2], -1), (uniform((3, 5), -3, 3), [-1, 3, -1], -1),
        (uniform((2, 37), -3, 3), [36, 5], 5), (uniform((1, 1)), [0], -1),
        (torch.tensor([[100.0, -100.0], [-90.0, -90.5]], dtype=torch.float64), [1, 0], -1)]:
    targets = torch.tensor(targets)
    for number, reduction in enumerate(["mean", "sum", "none"]):
        case("cross_entropy", lambda z: F.cross_entropy(z, targets, ignore_index=ignore, reduction=reduction), logits,
             targets=targets, ignore=ignore, reduction=number)
for shape in [(4, 3), (17,), ()]:
    targets = uniform(shape, 0, 1)
    case("bce_with_logits", lambda z: F.binary_cross_entropy_with_logits(z, targets), uniform(shape, -4, 4),
         targets=targets)
targets = (integers((len(FAR),), 2)).to(torch.float64)
case("bce_with_logits", lambda z: F.binary_cross_entropy_with_logits(z, targets), FAR, targets=targets)

# --- the file (https://github.com/huggingface/safetensors#format) -----------------------------------------------------

header, data = {}, b""
for name, tensor in tensors.items():
    numbers = struct.pack(f"<{tensor.numel()}f", *tensor.flatten().tolist())
    header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(numbers)]}
    data += numbers
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
pathlib.Path(__file__).with_name("vectors.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
