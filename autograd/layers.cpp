#include <cmath>

#include "autograd/ops.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

using kernels::table;

const Op rms_norm_op("rms_norm"), layer_norm_op("layer_norm"), swiglu_op("swiglu"), rope_op("rope");

/// The rows, or elements, of one piece of work.
constexpr int64_t kRowGrain = 64, kElementGrain = 8192;

/// y, and 1/rms of each row.
Tensor rms_norm(const Tensor& x, const Tensor& weight, Real eps, Tensor& inverse_rms) {
  const Tensor from = x.contiguous_copy(), w = weight.contiguous_copy();
  const int64_t d = w.count();
  Tensor y(x.shape());
  Real *to = y.mutable_data(), *r = inverse_rms.mutable_data();
  parallel_ranges(inverse_rms.count(), kRowGrain, [&](int64_t begin, int64_t end) {
    table().rms_norm(end - begin, d, eps, from.data() + begin * d, w.data(), to + begin * d, r + begin);
  });
  return y;
}

}  // namespace

// y = w x r with r = 1/sqrt(mean(x^2) + eps):
// dx = r w g - x r^3/d sum(w g x) per row, dw = sum over rows of g x r
Variable rms_norm(const Variable& x, const Variable& weight, Real eps) {
  check(x.rank() > 0 && weight.shape() == Shape({x.dim(-1)}), "[rms_norm] input {} and weight {} do not fit", x.shape(),
        weight.shape());
  const int64_t d = x.dim(-1), rows = x.shape().rows();
  Tensor inverse_rms(Shape{rows});
  Tensor y = rms_norm(x.value(), weight.value(), eps, inverse_rms);
  const Saved kept(x.value()), w(weight.value());
  return record(
      rms_norm_op, {x, weight}, std::move(y),
      [kept, w, inverse_rms, rows, d](const Tensor& g, InputGrads& in) {
        const Tensor grad = g.contiguous_copy(), from = kept.get().contiguous_copy(), scale = w.get().contiguous_copy();
        // Each range of rows sums dw by itself; the sums are then added in order.
        const int64_t ranges = (rows + kRowGrain - 1) / kRowGrain;
        Tensor dx(from.shape()), partial = Tensor::zeros({ranges, d});
        Real *dx_to = dx.mutable_data(), *dw_to = partial.mutable_data();
        parallel_ranges(rows, kRowGrain, [&](int64_t begin, int64_t end) {
          table().rms_norm_backward(end - begin, d, from.data() + begin * d, scale.data(), inverse_rms.data() + begin,
                                    grad.data() + begin * d, dx_to + begin * d, dw_to + begin / kRowGrain * d);
        });
        in.add(0, std::move(dx));
        if (in.needs(1)) in.add(1, sum_to(partial, {d}));
      },
      [kept, w, eps, rows] {
        Tensor unused(Shape{rows});
        return rms_norm(kept.get(), w.get(), eps, unused);
      });
}

// y = w h + b with h = (x - mean) r and r = 1/sqrt(variance + eps):
// dx = r (w g - mean(w g) - h mean(w g h)) per row, dw = sum over rows of g h, db = sum over rows of g
Variable layer_norm(const Variable& x, const Variable& weight, const Variable& bias, Real eps) {
  check(x.rank() > 0 && weight.shape() == Shape({x.dim(-1)}) && bias.shape() == weight.shape(),
        "[layer_norm] input {}, weight {} and bias {} do not fit", x.shape(), weight.shape(), bias.shape());
  const Tensor centred = x.value() - mean(x.value(), {-1}, true);
  const Tensor variance = mean(centred * centred, {-1}, true);
  const Tensor r = 1 / sqrt(variance + eps);
  const Tensor h = centred * r;
  return record(layer_norm_op, {x, weight, bias}, h * weight.value() + bias.value(),
                [h, r, w = Saved(weight)](const Tensor& g, InputGrads& in) {
                  const Tensor wg = g * w.get();
                  if (in.needs(0)) in.add(0, r * (wg - mean(wg, {-1}, true) - h * mean(wg * h, {-1}, true)));
                  if (in.needs(1)) in.add(1, sum_to(g * h, w.get().shape()));
                  if (in.needs(2)) in.add(2, sum_to(g, w.get().shape()));
                });
}

namespace {

Tensor swiglu(const Tensor& gate, const Tensor& up) {
  const Tensor a = gate.contiguous_copy(), u = up.contiguous_copy();
  Tensor y(a.shape());
  Real* to = y.mutable_data();
  parallel_ranges(a.count(), kElementGrain, [&](int64_t begin, int64_t end) {
    table().swiglu(end - begin, a.data() + begin, u.data() + begin, to + begin);
  });
  return y;
}

}  // namespace

// y = silu(a) u with s = sigmoid(a): da = g u s (1 + a (1 - s)), du = g a s
Variable swiglu(const Variable& gate, const Variable& up) {
  check(gate.shape() == up.shape(), "[swiglu] gate {} and up {} differ", gate.shape(), up.shape());
  const Saved kept_gate(gate.value()), kept_up(up.value());
  return record(
      swiglu_op, {gate, up}, swiglu(gate.value(), up.value()),
      [kept_gate, kept_up](const Tensor& g, InputGrads& in) {
        const Tensor grad = g.contiguous_copy(), a = kept_gate.get().contiguous_copy(),
                     u = kept_up.get().contiguous_copy();
        Tensor da(grad.shape()), du(grad.shape());
        Real *da_to = da.mutable_data(), *du_to = du.mutable_data();
        parallel_ranges(grad.count(), kElementGrain, [&](int64_t begin, int64_t end) {
          table().swiglu_backward(end - begin, a.data() + begin, u.data() + begin, grad.data() + begin, da_to + begin,
                                  du_to + begin);
        });
        in.add(0, std::move(da));
        in.add(1, std::move(du));
      },
      [kept_gate, kept_up] { return swiglu(kept_gate.get(), kept_up.get()); });
}

RopeTable::RopeTable(int64_t positions, int64_t head_width, double theta)
    : width(head_width), cosines({positions, head_width / 2}), sines({positions, head_width / 2}) {
  check(width > 0 && width % 2 == 0, "[rope] a head of width {} does not divide into pairs (use an even width)", width);
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
Variable rope(const Variable& x, const IntTensor& row_positions, const RopeTable& rope_table) {
  const int64_t width = rope_table.width;
  check(x.value().rank() == 2 && row_positions.shape() == Shape({x.dim(0)}) && x.dim(1) % width == 0,
        "[rope] input {} and positions {} do not fit heads of width {}", x.shape(), row_positions.shape(), width);
  const IntTensor positions = row_positions.contiguous_copy();
  for (int32_t p : positions.values())
    check(p >= 0 && p < rope_table.cosines.dim(0), "[rope] position {} is beyond the longest sequence, {}", p,
          rope_table.cosines.dim(0));
  const auto turn = [positions = SavedIds(positions), cosines = rope_table.cosines, sines = rope_table.sines, width](
                        const Tensor& input, Real direction) {
    const Tensor from = input.contiguous_copy();
    const int64_t d = from.dim(1);
    const int32_t* at = positions.get().data();
    Tensor out(from.shape());
    Real* to = out.mutable_data();
    parallel_ranges(from.dim(0), kRowGrain, [&](int64_t begin, int64_t end) {
      table().rope(end - begin, d / width, width, at + begin, cosines.data(), sines.data(), direction,
                   from.data() + begin * d, to + begin * d);
    });
    return out;
  };
  return record(rope_op, {x}, turn(x.value(), 1), [turn](const Tensor& g, InputGrads& in) { in.add(0, turn(g, -1)); });
}

}  // namespace tinymor
