#pragma once
// The exercises of the book. Each is one function: its task is here, you write it in the .cpp file of the same name,
// and
// ./run.sh exercise NAME says what is still missing. README.md explains how to do them.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace tinymor {

// --- Chapter 2: tensors ---

/// tensors_1_strides. The strides of a row-major array: how far apart, in elements, neighbours along each axis are.
/// [2,3] -> {3,1}; the scalar [] -> {}.
std::vector<int64_t> strides_of(const Shape& shape);

/// tensors_2_broadcast. The shape of a + b by the broadcasting rule: [4,1] and [3] -> [4,3]. Throws Error
/// (tensor/error.h) when the two do not fit.
Shape broadcast_shape(const Shape& a, const Shape& b);

/// tensors_3_scatter_add. y [rows,d], zero except that every row i of x [n,d] is added to row index[i] of y. Rows that
/// are added to the same row of y add up. x may be a view with any strides.
Tensor scatter_add(int64_t rows, const IntTensor& index, const Tensor& x);

// --- Chapter 3: autograd ---

struct MulGrads {
  Tensor da, db;
};
/// autograd_1_mul_backward. The gradients of y = a * b for a gradient g of y. a and b may have been broadcast: da has
/// a's shape and db has b's.
MulGrads mul_backward(const Tensor& a, const Tensor& b, const Tensor& g);

/// autograd_2_order. inputs[i] names the nodes that node i was computed from. Returns every node that `result` depends
/// on, itself included, in an order in which backward may visit them: each node once, and after all nodes that use it.
/// The numbers of the nodes say nothing about when they were made. A chain of a million nodes must not overflow the
/// stack.
std::vector<int64_t> backward_order(const std::vector<std::vector<int64_t>>& inputs, int64_t result);

/// autograd_3_gradient_check. The derivative of f by each element of x, by central differences with the step eps.
std::vector<double> numeric_gradient(const std::function<double(const std::vector<double>&)>& f,
                                     const std::vector<double>& x, double eps);

// --- Chapter 4: speed ---

/// fast_1_loop_order. C [m,n] = A [m,k] B [k,n], row-major without gaps, with the inner loop along the rows of B and C.
/// C holds anything when the call begins.
void multiply(int64_t m, int64_t n, int64_t k, const float* a, const float* b, float* c);

/// fast_2_transpose. y [columns,rows] = the transpose of x [rows,columns], in blocks whose lines fit the first-level
/// cache. The sizes need not be multiples of a block.
void transpose_blocked(int64_t rows, int64_t columns, const float* x, float* y);

/// fast_3_online_softmax. log(e^x1 + e^x2 + ...) of numbers that come one at a time and only once: `next(x)` puts the
/// next one into x, or returns false when there are no more. There is at least one. Numbers like 1000 and -1000 must
/// work too.
double online_log_sum_exp(const std::function<bool(double& x)>& next);

// --- Chapter 5: attention ---

/// attention_1_rope. A head, turned to its position: the pair of numbers i and i + D/2 by position * theta^(-2i/D), for
/// a head of even width D.
std::vector<double> turned(const std::vector<double>& head, int64_t position, double theta);

/// attention_2_packed. Causal attention of one head over texts placed end to end: the rows offsets[s]..offsets[s+1]
/// of q, k [R,D] and v [R,E] belong to text s. Returns [R,E]. A text may have no rows, and scores may be in the
/// thousands.
Tensor packed_attention(const Tensor& q, const Tensor& k, const Tensor& v, const std::vector<int64_t>& offsets);

/// attention_3_one_pass. The sum of the values, each times the softmax of its score, when keys come one at a time and
/// only once: `next(score, value)` puts in the next one's, or returns false when there are no more. There is at least
/// one. Scores like 1000 and -1000 must work too.
std::vector<double> one_pass_attention(const std::function<bool(double& score, std::vector<double>& value)>& next);

// --- Chapter 6: sharing ---

enum class SharingExercise { cycle, sequence, middle_cycle, middle_sequence };
/// sharing_1_layer_map. The set of weights that each of the layers uses, numbered by first use. The layers (without the
/// first and the last one under the middle strategies) are a multiple of `recursions`.
std::vector<int64_t> sets_of_layers(SharingExercise sharing, int64_t layers, int64_t recursions);

/// sharing_2_gradient_of_uses. With h[r+1] = h[r] + w h[r]^2 for r = 0..uses-1: how much the last h moves with the w of
/// each use, the first use first. Their sum is the gradient of w.
std::vector<double> gradient_of_uses(double h0, double w, int64_t uses);

/// sharing_3_stepwise. `count` whole numbers evenly from low to high, both included, halves rounded to even; {low} when
/// there is only one. count is at most high - low + 1.
std::vector<int64_t> evenly(int64_t low, int64_t high, int64_t count);

// --- Chapter 7: routers ---

/// routers_1_top_k. The places of the k largest scores, ascending; all of them when there are fewer. Of equal scores
/// the earlier one is taken first.
std::vector<int64_t> top_k_in_order(const std::vector<double>& scores, int64_t k);

struct GateGrads {
  std::vector<double> dx, dy;
  double dz;
};
/// routers_2_gate_gradient. The gradients of x' = x + alpha sigmoid(z) y, for a gradient g of x'. x, y and g have the
/// same length; ignore that z was itself computed from x.
GateGrads gate_backward(double alpha, double z, const std::vector<double>& y, const std::vector<double>& g);

struct Balance {
  double loss, max_violation;
};
/// routers_3_balance. scores[t][i] is what token t gives the depth i; it chooses the largest, of equal ones the
/// shallowest. loss is N times the sum over the depths of load times mean score, max_violation (largest load - mean
/// load) / mean load. There is at least one token.
Balance balance_of(const std::vector<std::vector<double>>& scores);

// --- Chapter 8: the causal rule ---

/// causal_1_depths. scores[t][r] is what token t would score in recursion r, counted from 0. The recursions that each
/// token takes: the first whatever its score, and each further one as long as its scores are 0 or more.
std::vector<int64_t> causal_depths(const std::vector<std::vector<double>>& scores);

/// causal_2_leak. choose(scores) gives the places that are taken. The first place, except the last one, that is taken
/// or not depending on the last score: try the score as it is, a very large one and a very small one. -1 when there is
/// no such place. There are at least two scores.
int64_t first_leak(const std::function<std::vector<int64_t>(const std::vector<double>&)>& choose,
                   const std::vector<double>& scores);

/// causal_3_dead. depths[s][t] is the depth of position t in text s; all texts are equally long, and there is at least
/// one. The share of positions that reach the last of the recursions in no text.
double dead_share(const std::vector<std::vector<int64_t>>& depths, int64_t recursions);

// --- Chapter 9: caches ---

/// cache_1_entries. The entries that tokens of these depths leave in the slots of a block of `block` layers: in each
/// recursion that they take, or, when keys are shared, in the first one only. Every token takes the first.
int64_t cache_entries(const std::vector<int64_t>& depths, int64_t block, bool shared);

/// cache_2_visible. The positions that the query of `position` sees in `recursion` (counted from 0), ascending; none
/// when it does not take that recursion. Recursion-wise it sees those that take it too; shared, all. Never a later one.
std::vector<int64_t> visible_positions(const std::vector<int64_t>& depths, int64_t recursion, int64_t position,
                                       bool shared);

/// cache_3_attend. Attention of one query over a cache: the mean of the values, weighted by the softmax of the scores
/// query·key / sqrt(width of the query). `next(key, value)` puts the next entry into its arguments or returns false; it
/// gives each entry once, and there is at least one. Scores like 1000 and -1000 must work too.
std::vector<double> attend(const std::vector<double>& query,
                           const std::function<bool(std::vector<double>& key, std::vector<double>& value)>& next);

/// batching_1_by_sequence. depths[s][t] is the depth of token t of text s, at least 1. The calls of the block that the
/// texts take when token t + 1 of every text waits for token t of all of them.
int64_t calls_by_sequence(const std::vector<std::vector<int64_t>>& depths);

/// batching_2_by_depth. The calls when no token waits for those of other texts. `slots` texts are under way at a time;
/// the next text begins when one ends, in the order in which they are given.
int64_t calls_by_depth(const std::vector<std::vector<int64_t>>& depths, int64_t slots);

/// batching_3_pages. The pages of `page` entries each that a text takes whose tokens have these depths, recursion-wise,
/// with a block of `block` layers.
int64_t pages_of(const std::vector<int64_t>& depths, int64_t block, int64_t page);

// --- Chapter 13: from scores to text ---

/// writing_1_temperature. The probabilities of tokens with these logits; there is at least one. At temperature 0 the
/// likeliest, of equal ones the first, has all. Logits like 1000 and -1000 must work too.
std::vector<double> probabilities_of(const std::vector<double>& logits, double temperature);

/// writing_2_top_p. The likeliest tokens that together reach p, likeliest first, of equal ones the earlier first; at
/// least one.
std::vector<int64_t> nucleus_of(const std::vector<double>& probabilities, double p);

/// writing_3_draw. The token that `number`, at least 0 and less than 1, draws from tokens with these weights, which
/// need not sum to 1; one of them is more than 0.
int64_t drawn(const std::vector<double>& weights, double number);

// --- Chapter 14: one token ---

/// decode_1_roofline. Seconds that a call of a model with so many weights takes at least, one token of each text.
double seconds_of_call(double weights, double bytes_each, double texts, double bytes_per_s, double ops_per_s);

struct RoundedRow {
  double scale;
  std::vector<int64_t> numbers;
};
/// decode_2_round. Whole numbers from -127 to 127 which times the scale are as near as can be to the row; the largest
/// in size is 127 or -127. Of a row of zeros, zeros with the scale 0.
RoundedRow rounded_row(const std::vector<double>& row);

/// decode_3_without_sign. The sum of the products of a and b, which are -127 to 127. They are multiplied by `multiply`
/// alone, whose left number is 0 to 255 and whose right one -128 to 127.
int64_t dot_without_sign(const std::vector<int64_t>& a, const std::vector<int64_t>& b,
                         const std::function<int64_t(int64_t, int64_t)>& multiply);

// --- Chapter 15: tokens ---

struct CountedWord {
  std::vector<std::string> pieces;
  int64_t count;  ///< How often the text has it.
};
/// tokens_1_merge. Merges the most frequent pair of neighbours in all words, from left to right, and returns the new
/// piece; "" when no word has two pieces. Of equally frequent pairs it is the one whose piece is shorter, then the one
/// whose piece sorts first.
std::string merge_most_frequent(std::vector<CountedWord>& words);

struct Merge {
  std::string left, right;
};
/// tokens_2_encode. The pieces of an ASCII word by merges that were learned in this order: of all neighbours that can
/// be merged, those of the earliest merge first, from left to right.
std::vector<std::string> encode_word(const std::string& word, const std::vector<Merge>& merges);

/// tokens_3_fallback. The characters of a valid UTF-8 text, in order. One that is not in the alphabet becomes its
/// bytes, each written as "<0xC3>".
std::vector<std::string> characters_or_bytes(const std::string& text, const std::set<std::string>& alphabet);

// --- Chapter 16: training ---

struct LossAndGradient {
  double loss;
  std::vector<double> gradient;  ///< of the loss, by each logit
};
/// training_1_cross_entropy. The cross-entropy of logits when `target` comes next, in nats, and its gradient. Logits
/// like 1000 and -1000 must work too.
LossAndGradient cross_entropy_of(const std::vector<double>& logits, int64_t target);

struct AdamWWeight {
  double x;             ///< the weight
  double m = 0, v = 0;  ///< running means of its gradient and of the gradient's square
  int64_t steps = 0;    ///< steps done
};
struct AdamWRates {
  double lr, beta1, beta2, eps, weight_decay;
};
/// training_2_adamw. One step of AdamW for one weight with this gradient.
void adamw_step(AdamWWeight& weight, double gradient, const AdamWRates& rates);

/// training_3_trapezoid. The factor of the learning rate in step 1..steps: k / warmup in step k below warmup, then 1,
/// and over the last `cooldown` steps a straight line down that is 1 in the first of them and 1 / cooldown in the last.
/// Either may be 0; together they are at most `steps`.
double trapezoid(int64_t step, int64_t steps, int64_t warmup, int64_t cooldown);

}  // namespace tinymor
