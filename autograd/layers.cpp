#include <cmath>

#include "autograd/ops.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

using kernels::table;

const Op rms_norm_op("rms_norm"), swiglu_op("swiglu"), rope_op("rope");

/// Rows, or elements, that one piece of work has.
constexpr int64_t kRowGrain = 64, kElementGrain = 8192;

}  // namespace

// y = w x r with r = 1/sqrt(mean(x^2) + eps):
// dx = r w g - x r^3/d sum(w g x) per row, dw = sum over rows of g x r
Variable rms_norm(const Variable& x, const Variable& weight, Real eps) {
  check(x.value().rank() == 2 && weight.shape() == Shape({x.dim(1)}), "[rms_norm] input {} and weight {} do not fit",
        x.shape(), weight.shape());
  const Tensor from = x.value().contiguous_copy(), w = weight.value().contiguous_copy();
  const int64_t rows = from.dim(0), d = from.dim(1);
  Tensor y({rows, d}), inverse_rms({rows});
  Real *to = y.mutable_data(), *r = inverse_rms.mutable_data();
  parallel_ranges(rows, kRowGrain, [&](int64_t begin, int64_t end) {
    table().rms_norm(end - begin, d, eps, from.data() + begin * d, w.data(), to + begin * d, r + begin);
  });
  return record(rms_norm_op, {x, weight}, y,
                [x = Saved(from), w = Saved(w), inverse_rms, rows, d](const Tensor& g, InputGrads& in) {
                  const Tensor grad = g.contiguous_copy();
                  // Each range of rows sums dw by itself; the sums are then added in order.
                  const int64_t ranges = (rows + kRowGrain - 1) / kRowGrain;
                  Tensor dx({rows, d}), partial = Tensor::zeros({ranges, d});
                  Real *dx_to = dx.mutable_data(), *dw_to = partial.mutable_data();
                  const Real *x_from = x.get().data(), *w_from = w.get().data();
                  parallel_ranges(rows, kRowGrain, [&](int64_t begin, int64_t end) {
                    table().rms_norm_backward(end - begin, d, x_from + begin * d, w_from, inverse_rms.data() + begin,
                                              grad.data() + begin * d, dx_to + begin * d,
                                              dw_to + begin / kRowGrain * d);
                  });
                  in.add(0, std::move(dx));
                  if (in.needs(1)) in.add(1, sum_to(partial, {d}));
                });
}

// y = silu(a) u with s = sigmoid(a): da = g u s (1 + a (1 - s)), du = g a s
Variable swiglu(const Variable& gate, const Variable& up) {
  check(gate.shape() == up.shape(), "[swiglu] gate {} and up {} differ", gate.shape(), up.shape());
  const Tensor a = gate.value().contiguous_copy(), u = up.value().contiguous_copy();
  Tensor y(a.shape());
  Real* to = y.mutable_data();
  parallel_ranges(a.count(), kElementGrain, [&](int64_t begin, int64_t end) {
    table().swiglu(end - begin, a.data() + begin, u.data() + begin, to + begin);
  });
  return record(swiglu_op, {gate, up}, y, [a = Saved(a), u = Saved(u)](const Tensor& g, InputGrads& in) {
    const Tensor grad = g.contiguous_copy();
    Tensor da(grad.shape()), du(grad.shape());
    Real *da_to = da.mutable_data(), *du_to = du.mutable_data();
    const Real *a_from = a.get().data(), *u_from = u.get().data();
    parallel_ranges(grad.count(), kElementGrain, [&](int64_t begin, int64_t end) {
      table().swiglu_backward(end - begin, a_from + begin, u_from + begin, grad.data() + begin, da_to + begin,
                              du_to + begin);
    });
    in.add(0, std::move(da));
    in.add(1, std::move(du));
  });
}

RopeTable::RopeTable(int64_t positions, int64_t head_width, double theta)
    : width(head_width), cosines({positions, head_width / 2}), sines({positions, head_width / 2}) {
  check(width % 2 == 0, "[rope] heads of width {} have no halves to turn against each other (use an even width)",
        width);
  Real *c = cosines.mutable_data(), *s = sines.mutable_data();
  for (int64_t position = 0; position < positions; ++position) {
    for (int64_t i = 0; i < width / 2; ++i) {
      const double angle = double(position) * std::pow(theta, -2.0 * double(i) / double(width));
      *c++ = Real(std::cos(angle));
      *s++ = Real(std::sin(angle));
    }
  }
}

// (y_i, y_i+D/2) = (x_i, x_i+D/2) turned by the angle; the gradient is turned back
Variable rope(const Variable& x, const IntTensor& positions, const RopeTable& rope_table) {
  const int64_t width = rope_table.width;
  check(x.value().rank() == 2 && positions.shape() == Shape({x.dim(0)}) && x.dim(1) % width == 0,
        "[rope] input {} and positions {} do not fit heads of width {}", x.shape(), positions.shape(), width);
  for (int32_t p : positions.values())
    check(p >= 0 && p < rope_table.cosines.dim(0), "[rope] position {} is beyond the longest sequence, {}", p,
          rope_table.cosines.dim(0));
  const auto turn = [positions, cosines = rope_table.cosines, sines = rope_table.sines, width](const Tensor& input,
                                                                                               Real direction) {
    const Tensor from = input.contiguous_copy();
    const int64_t d = from.dim(1);
    Tensor out(from.shape());
    Real* to = out.mutable_data();
    parallel_ranges(from.dim(0), kRowGrain, [&](int64_t begin, int64_t end) {
      table().rope(end - begin, d / width, width, positions.data() + begin, cosines.data(), sines.data(), direction,
                   from.data() + begin * d, to + begin * d);
    });
    return out;
  };
  return record(rope_op, {x}, turn(x.value(), 1), [turn](const Tensor& g, InputGrads& in) { in.add(0, turn(g, -1)); });
}

}  // namespace tinymor
