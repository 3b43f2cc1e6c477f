// The table of one SIMD level.
#include "tensor/kernels/level.h"

namespace tinymor::kernels::TINYMOR_LEVEL {

extern const Table table;
const Table table = {
    .binary = binary,
    .choose = choose,
    .unary = unary,
    .unary_slope = unary_slope,
    .sum = sum_of,
    .dot = dot,
    .add_scaled = add_scaled,
    .pack = pack,
    .gemm = gemm,
    .ladder = {{"naive", product_naive},
               {"reordered", product_reordered},
               {"blocked", product_blocked},
               {"tiled", product_tiled}},
    .read = read,
    .quantise_rows = quantise_rows,
    .pack_int8 = pack_int8,
    .gemm_int8 = gemm_int8,
    .pack_int4 = pack_int4,
    .sums_of_groups = sums_of_groups,
    .gemm_int4 = gemm_int4,
    .widen_bf16 = widen_bf16,
    .widen_int8 = widen_int8,
    .rms_norm = rms_norm,
    .rms_norm_backward = rms_norm_backward,
    .swiglu = swiglu,
    .swiglu_backward = swiglu_backward,
    .rope = rope,
    .attention = attention,
    .attention_paged = attention_paged,
    .attention_backward = attention_backward,
    .log_sum_exp = log_sum_exp,
    .softmax = softmax,
    .adamw = adamw,
};

}  // namespace tinymor::kernels::TINYMOR_LEVEL
