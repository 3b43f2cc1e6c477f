#pragma once
// The threads that share the work of one operation.
//
// Work is split into pieces by its size alone, never by the number of threads, and each output element is computed
// within one piece: results do not depend on how many threads there are. Waiting threads look around for some
// microseconds and then sleep, so that they do not hold a core that other programs need. Docs:
// docs/04-why-is-it-fast.md

#include <cstdint>

#include "tensor/function_ref.h"

namespace tinymor {

/// Whether this program can start threads: a page in a browser often cannot.
bool has_threads();

/// Number of threads that operations use, the caller's included. Starts as the number of cores.
int thread_count();
/// Throws unless 1 <= n <= 1024. Must not be called while operations run.
void set_thread_count(int n);

/// Which of the threads runs the calling code: 0..thread_count()-1 within a parallel_for, 0 elsewhere. For bodies that
/// need working space: one piece of it per thread.
int thread_index();

/// Calls `body(i)` for every i in [0, pieces), in any order, on several threads; returns when all are done. Rethrows
/// the first exception. A call from within a body, or while another thread is in a parallel_for, runs alone.
void parallel_for(int64_t pieces, FunctionRef<void(int64_t)> body);

/// From now on every parallel_for of the calling thread runs alone. For a background thread, which would otherwise take
/// the pool's threads from the main one now and then.
void work_alone();

/// parallel_for over [0, n) in ranges of `grain` (the last may be shorter): `body(begin, end)`.
void parallel_ranges(int64_t n, int64_t grain, FunctionRef<void(int64_t, int64_t)> body);

}  // namespace tinymor
