#pragma once
// The exercises of the book. Each is one function: its task is here, you write it in the .cpp file of the same name,
// and
// ./run.sh exercise NAME says what is still missing. README.md explains how to do them.

#include <cstdint>
#include <functional>
#include <optional>
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

/// tensors_4_view. The strides under which the elements of a tensor with this shape and strides, read in row-major
/// order, have the shape `wanted`; none when no strides do, so that a copy is needed. Both shapes have as many
/// elements, at least one. What a new axis of extent 1 gets does not matter.
std::optional<std::vector<int64_t>> view_strides(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides,
                                                 const std::vector<int64_t>& wanted);

struct Layout {
  int64_t offset;  ///< The place of the first element.
  std::vector<int64_t> shape, strides;
};
/// tensors_5_windows. The view of all windows of this width over the last axis, each `step` elements after the one
/// before: the last axis of extent T becomes two, the windows that fit as a whole, and the width. `x` has at least one
/// axis, its last extent is at least `width`, and width and step are at least 1.
Layout windows_of(const Layout& x, int64_t width, int64_t step);

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

/// autograd_4_softmax. The gradient of x for y = softmax(x) and a gradient g of y. y and g have the same length, at
/// least 1.
std::vector<double> softmax_backward(const std::vector<double>& y, const std::vector<double>& g);

struct KeptTensor {
  Tensor value;
  uint64_t version = 0;  ///< Whatever helps you to notice a change.
};
/// autograd_5_saved. Keeps a tensor for a backward without copying its numbers.
KeptTensor keep(const Tensor& x);
/// The tensor that was kept. Throws Error (tensor/error.h) when its numbers were changed in place since, through
/// whatever handle.
Tensor take(const KeptTensor& kept);

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

/// fast_4_lanes. The sum of n numbers by the rule of sixteen lanes (tensor/kernels/simd.h), in float: number i is added
/// to lane i % 16, in order, and the lanes are then added by halving. 0 of no numbers.
float sum_in_lanes(int64_t n, const float* x);

/// What fast_5_tiles writes its results to.
struct CountedMatrix {
  float* data;
  int64_t columns;
  int64_t writes = 0;
  void set(int64_t i, int64_t j, float value) {
    ++writes;
    data[i * columns + j] = value;
  }
};
/// fast_5_tiles. C [m,n] = A [m,k] B [k,n], row-major without gaps, each element of C written once, by `c.set`. The
/// products of an element are added in the order of k. Any of the sizes may be 0.
void multiply_in_tiles(int64_t m, int64_t n, int64_t k, const float* a, const float* b, CountedMatrix& c);

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

/// attention_4_groups. Causal attention of one text with `heads` query heads on `key_heads` key heads, which divide
/// them: q [T,heads*D], k and v [T,key_heads*D]. Returns [T,heads*D]. Scores may be in the thousands.
Tensor grouped_attention(const Tensor& q, const Tensor& k, const Tensor& v, int64_t heads, int64_t key_heads);

struct Seen {
  int64_t first, count;
};
/// attention_5_window. positions[i] is the position of row i in its text; the rows offsets[s]..offsets[s+1] belong to
/// text s, in the order of their positions. For each row the rows that it sees: those of its own text up to itself,
/// less those that are `window` or more positions before it. A text may have no rows. window is at least 1.
std::vector<Seen> seen_in_window(const std::vector<int64_t>& positions, const std::vector<int64_t>& offsets,
                                 int64_t window);

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

struct ModelSizes {
  int64_t d_model, heads, key_heads, d_ff, layers, vocabulary;
  bool shared;  ///< false: every layer has a set of its own. true: one of the strategies below.
  SharingExercise sharing;
  int64_t recursions;
  bool tied;          ///< Whether the embedding is the head as well.
  int64_t lora_rank;  ///< 0: no low-rank terms.
};
/// sharing_4_parameters. The parameters of a model without routers and biases. heads divide d_model, and the layers fit
/// the strategy as in sharing_1_layer_map.
int64_t parameters_of(const ModelSizes& model);

struct RankOne {
  std::vector<double> left, right;
};
/// sharing_5_low_rank. The product left right^T that is nearest to R, given as its rows: the sum of the squares of
/// R[i][j] - left[i] right[j] is as small as can be. R has at least one row and one column.
RankOne best_rank_one(const std::vector<std::vector<double>>& rows);

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

struct AuxiliaryLoss {
  double loss;
  std::vector<double> gradient;  ///< of the loss, by each score
};
/// routers_4_auxiliary. The mean over the candidates of a recursion of the binary cross-entropy of sigmoid(score) with
/// what was decided. scores and taken have the same length, at least 1. Scores like 1000 and -1000 must work too.
AuxiliaryLoss auxiliary_loss(const std::vector<double>& scores, const std::vector<bool>& taken);

struct Balanced {
  std::vector<int64_t> depths;  ///< of each token, from 1
  std::vector<double> weights;  ///< what each token's result is multiplied by
};
/// routers_5_bias. One step of loss-free balancing. probabilities[t][i] is what token t gives the depth i + 1. Chooses
/// with the biases as they are, and moves them afterwards. There is at least one token, and a bias for each depth.
Balanced choose_and_balance(const std::vector<std::vector<double>>& probabilities, double bias_rate,
                            std::vector<double>& biases);

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

/// causal_4_growing. scores[t][r] is what token t scores in recursion r; capacity[r] is the share of the text's tokens
/// that recursion r takes. Element n-1 of the result has the depths of the first n tokens when just these are routed by
/// top-k. Every token takes at least recursion 0 (capacity[0] is 1).
std::vector<std::vector<int64_t>> depths_while_growing(const std::vector<std::vector<double>>& scores,
                                                       const std::vector<double>& capacity);

/// causal_5_repair. The places that are taken, ascending, when each token is compared with the tokens up to itself
/// only.
std::vector<int64_t> best_so_far(const std::vector<double>& scores, double capacity);

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

struct PagedText {
  std::vector<int64_t> pages;  ///< the numbers of its pages, in the order in which it took them
  int64_t entries = 0;
};
/// cache_4_addresses. Makes room for one more entry: takes the last page of `free` when it needs one. False when there
/// is none left, and then nothing has changed.
bool append_entry(PagedText& text, std::vector<int64_t>& free, int64_t size);
/// Where number c of the key of entry i is, counted in numbers from the beginning of memory. A key has `width` numbers.
int64_t address_of(const PagedText& text, int64_t size, int64_t width, int64_t i, int64_t c);
/// Gives all pages of the text back, in the order in which it took them, and leaves it empty.
void give_back(PagedText& text, std::vector<int64_t>& free);

enum class CacheExercise { vanilla, recursion_wise, shared, hybrid };
enum class FormatExercise { f32, bf16, int8 };
struct CachedModel {
  int64_t outside;  ///< Layers that are not in the block.
  int64_t block;    ///< Layers of the block.
  int64_t recursions;
  int64_t key_heads, head_width;
};
/// cache_5_bytes. The bytes that tokens of these depths take in a cache.
int64_t cache_bytes(const std::vector<int64_t>& depths, const CachedModel& model, CacheExercise strategy,
                    FormatExercise format);

/// batching_1_by_sequence. depths[s][t] is the depth of token t of text s, at least 1. The calls of the block that the
/// texts take when token t + 1 of every text waits for token t of all of them.
int64_t calls_by_sequence(const std::vector<std::vector<int64_t>>& depths);

/// batching_2_by_depth. The calls when no token waits for those of other texts. `slots` texts are under way at a time;
/// the next text begins when one ends, in the order in which they are given.
int64_t calls_by_depth(const std::vector<std::vector<int64_t>>& depths, int64_t slots);

/// batching_3_pages. The pages of `page` entries each that a text takes whose tokens have these depths, recursion-wise,
/// with a block of `block` layers.
int64_t pages_of(const std::vector<int64_t>& depths, int64_t block, int64_t page);

struct Served {
  int64_t calls;     ///< until all texts have ended
  int64_t gave_way;  ///< how often a text gave its pages back before it had ended
};
/// batching_4_give_way. Texts of these lengths wait in a queue, in their order, for `pages` pages of `page` entries
/// each.
Served serve_in_pages(const std::vector<int64_t>& lengths, int64_t pages, int64_t page);

/// batching_5_fair. How many of the `rows` of a call each text gets. Together they get as many as there are, or all
/// that is wanted when that is less. No number is negative.
std::vector<int64_t> fair_rows(const std::vector<int64_t>& wanted, int64_t rows);

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

/// writing_4_penalty. The logits with a repetition penalty of at least 1 for the tokens that are among the last `last`
/// of the text, or anywhere in it when last is 0. The text has token numbers, each a place in logits.
std::vector<double> penalised(const std::vector<double>& logits, const std::vector<int64_t>& text, double penalty,
                              int64_t last);

struct Cuts {
  double temperature = 1;  ///< more than 0
  double min_p = 0;
  int64_t top_k = 0;
  double top_p = 1;
};
/// writing_5_in_order. The probability of each token after all cuts, 0 where a token was cut off. There is at least one
/// token, and at least one is always left.
std::vector<double> after_cuts(const std::vector<double>& logits, const Cuts& cuts);

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

struct GroupedRow {
  std::vector<double> scales;    ///< of each group
  std::vector<int64_t> numbers;  ///< of the whole row, -127 to 127
};
/// decode_4_groups. The row rounded in groups of `size`. Of a group of zeros, zeros with the scale 0.
GroupedRow rounded_in_groups(const std::vector<double>& row, int64_t size);
/// The product of such a row with activations that were rounded by one scale.
double grouped_product(const GroupedRow& row, int64_t size, const RoundedRow& activations);

struct ReadModel {
  int64_t d_model, key_width, d_ff, vocabulary;  ///< key_width: all key heads together
  int64_t outside, block;                        ///< layers outside the block, and in it
  bool int8;
  bool block_stays;  ///< whether the block's weights stay in the processor's cache between recursions
};
/// decode_5_bytes_read. The bytes that a token of this depth reads when its text has `tokens` tokens, itself included,
/// of which all took all recursions.
int64_t bytes_read(const ReadModel& model, int64_t depth, int64_t tokens);
/// The gigabytes (1e9 bytes) per second that are read at this many tokens per second.
double gigabytes_per_s(int64_t bytes_per_token, double tokens_per_s);

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

/// tokens_4_learn. The first `count` merges of a text of ASCII characters and single spaces, in their order; fewer when
/// there is nothing left to merge.
std::vector<Merge> learn_merges(const std::string& text, int64_t count);

/// tokens_5_stream. Adds the bytes of one more token to those that are waiting, and returns what can be shown now: all
/// characters that are whole. What is left in `waiting` is empty or the beginning of a character.
std::string take_characters(std::string& waiting, const std::string& bytes);

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

/// training_4_clip. Scales the gradients, one vector for each weight tensor, down to the norm `limit` when theirs is
/// above it. Returns the norm before that: infinite or not a number when a gradient is so, and then nothing is changed.
/// limit is more than 0.
double clip_gradients_to(double limit, std::vector<std::vector<double>>& gradients);

/// training_5_cosine. The factor of the learning rate in step 1..steps: k / warmup in step k below warmup, then half a
/// cosine from 1 down towards `least`. warmup is less than steps.
double cosine_factor(int64_t step, int64_t steps, int64_t warmup, double least);
/// By how much the factor changes from step `done`, the last of a run of `done` steps, to the next one, when the run
/// goes on to `steps`.
double jump_when_resumed(int64_t done, int64_t steps, int64_t warmup, double least);

}  // namespace tinymor
