"""GFLOP/s of a square matrix product in NumPy, whose wheels bring OpenBLAS: python3 docs/peers/gemm.py N

Set OPENBLAS_NUM_THREADS=1 to compare with `tinymor bench gemm --threads 1`.
"""
import json
import sys
import time

import numpy

n = int(sys.argv[1])
a, b, c = (numpy.random.rand(n, n).astype("f") for _ in range(3))
repeat, seconds = max(1, int(2e8 / (2 * n**3))), []
for _ in range(26):
    start = time.perf_counter()
    for _ in range(repeat):
        numpy.matmul(a, b, out=c)
    seconds.append(time.perf_counter() - start)
print(json.dumps({"gflops": 2 * n**3 * repeat / sorted(seconds[1:])[12] / 1e9}))
