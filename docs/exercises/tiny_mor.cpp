// A tiny Mixture-of-Recursions model, trained by the pieces that you wrote: ./run.sh exercise build
//
// What is below only puts them together: a tape, a few operations that are no exercise, the model, and the loop. Each
// piece is named where it is used. The model has the layers first · block · block · block · last with three sets of
// weights; a router lets all tokens into the first recursion, two thirds into the second and one third into the third.
// `tiny_mor TEXT [STEPS]` trains on the file TEXT.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <random>

#include <fmt/format.h>

#include "exercises.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

constexpr int64_t d = 32, n_heads = 2, head_width = d / n_heads, d_ff = 64;
constexpr int64_t n_layers = 5, n_recursions = 3;
constexpr int64_t length = 32, batch = 8;  // a step sees `batch` texts of `length` characters
constexpr double alpha = 0.1, aux_coeff = 0.02;

// --- The tape (chapter 3) ---

using Id = int64_t;  // of a value on the tape

class Tape {
 public:
  using Backward = std::function<void(const Tensor& g)>;

  Id add(Tensor value, std::vector<Id> inputs = {}, Backward backward = nullptr) {
    values_.push_back(std::move(value));
    inputs_.push_back(std::move(inputs));
    backwards_.push_back(std::move(backward));
    grads_.emplace_back();
    return Id(values_.size()) - 1;
  }
  const Tensor& operator[](Id id) const { return values_[id]; }
  const Tensor& grad(Id id) const { return grads_[id]; }
  /// One more contribution to a gradient: they add up.
  void give(Id id, const Tensor& g) { grads_[id] = grads_[id].defined() ? grads_[id] + g : g; }

  void backward(Id result) {
    give(result, Tensor::ones(values_[result].shape()));
    for (Id id : backward_order(inputs_, result))  // autograd_2_order
      if (backwards_[id] && grads_[id].defined()) backwards_[id](grads_[id]);
  }

 private:
  std::vector<Tensor> values_, grads_;
  std::vector<std::vector<Id>> inputs_;
  std::vector<Backward> backwards_;
};

std::vector<double> row_of(const Tensor& x, int64_t row, int64_t begin, int64_t width) {
  const Real* from = x.data() + row * x.dim(1) + begin;
  return {from, from + width};
}
void add_to_row(Tensor& x, int64_t row, int64_t begin, const std::vector<double>& numbers) {
  Real* to = x.mutable_data() + row * x.dim(1) + begin;
  for (size_t c = 0; c < numbers.size(); ++c) to[c] += Real(numbers[c]);
}

// --- Operations ---

Tensor matrix_product(const Tensor& a, const Tensor& b) {
  Tensor c({a.dim(0), b.dim(1)});
  multiply(a.dim(0), b.dim(1), a.dim(1), a.data(), b.data(), c.mutable_data());  // fast_1_loop_order
  return c;
}
Tensor transposed(const Tensor& x) {
  Tensor y({x.dim(1), x.dim(0)});
  transpose_blocked(x.dim(0), x.dim(1), x.data(), y.mutable_data());  // fast_2_transpose
  return y;
}

/// Y = X W: dX = G W^T, dW = X^T G.
Id product(Tape& tape, Id x, Id w) {
  return tape.add(matrix_product(tape[x], tape[w]), {x, w}, [&tape, x, w](const Tensor& g) {
    tape.give(x, matrix_product(g, transposed(tape[w])));
    tape.give(w, matrix_product(transposed(tape[x]), g));
  });
}

Id add(Tape& tape, Id a, Id b) {
  return tape.add(tape[a] + tape[b], {a, b}, [&tape, a, b](const Tensor& g) {
    tape.give(a, g);
    tape.give(b, g);
  });
}

Id mul(Tape& tape, Id a, Id b) {
  return tape.add(tape[a] * tape[b], {a, b}, [&tape, a, b](const Tensor& g) {
    const MulGrads grads = mul_backward(tape[a], tape[b], g);  // autograd_1_mul_backward
    tape.give(a, grads.da);
    tape.give(b, grads.db);
  });
}

IntTensor indices(const std::vector<int64_t>& rows) {
  IntTensor index(Shape{int64_t(rows.size())});
  std::copy(rows.begin(), rows.end(), index.mutable_data());
  return index;
}

/// The rows of x at these places. Backward adds each to where it came from.
Id gather(Tape& tape, Id x, const std::vector<int64_t>& rows) {
  const IntTensor index = indices(rows);
  return tape.add(gather_rows(tape[x], index), {x}, [&tape, x, index](const Tensor& g) {
    tape.give(x, scatter_add(tape[x].dim(0), index, g));  // tensors_3_scatter_add
  });
}

/// x / sqrt(mean(x^2)) for each row: dx = (g - y mean(g y)) / root.
Id norm(Tape& tape, Id x) {
  const Tensor root = sqrt(mean(tape[x] * tape[x], {1}, true) + Real(1e-5));
  const Tensor y = tape[x] / root;
  return tape.add(y, {x},
                  [&tape, x, y, root](const Tensor& g) { tape.give(x, (g - y * mean(g * y, {1}, true)) / root); });
}

/// silu(x) = x sigmoid(x).
Id silu(Tape& tape, Id x) {
  const Tensor s = Real(1) / (Real(1) + exp(-tape[x]));
  return tape.add(tape[x] * s, {x},
                  [&tape, x, s](const Tensor& g) { tape.give(x, g * s * (Real(1) + tape[x] * (Real(1) - s))); });
}

/// Causal attention (chapter 5). The rows offsets[s]..offsets[s+1] are a text; positions say where in it each row is.
Id attention(Tape& tape, Id q, Id k, Id v, const std::vector<int64_t>& offsets, const std::vector<int64_t>& positions) {
  struct Weights {  // of one query in one head
    int64_t row, begin, first;
    std::vector<double> of;
  };
  const auto turned_rows = [positions](const Tensor& x, int64_t direction) {
    Tensor y = Tensor::zeros(x.shape());
    for (int64_t i = 0; i < x.dim(0); ++i)
      for (int64_t begin = 0; begin < d; begin += head_width)
        add_to_row(y, i, begin,
                   turned(row_of(x, i, begin, head_width), direction * positions[i], 100));  // attention_1_rope
    return y;
  };
  const double scale = 1 / std::sqrt(double(head_width));
  const Tensor queries = turned_rows(tape[q], 1), keys = turned_rows(tape[k], 1);
  std::vector<Weights> all;
  Tensor y = Tensor::zeros(tape[q].shape());
  for (size_t s = 0; s + 1 < offsets.size(); ++s)
    for (int64_t i = offsets[s]; i < offsets[s + 1]; ++i)
      for (int64_t begin = 0; begin < d; begin += head_width) {
        const std::vector<double> query = row_of(queries, i, begin, head_width);
        std::vector<double> scores, mix(head_width, 0);
        for (int64_t j = offsets[s]; j <= i; ++j) {
          const std::vector<double> key = row_of(keys, j, begin, head_width);
          scores.push_back(scale * std::inner_product(query.begin(), query.end(), key.begin(), 0.0));
        }
        const std::vector<double> weights = probabilities_of(scores, 1);  // writing_1_temperature
        for (size_t j = 0; j < weights.size(); ++j)
          for (int64_t c = 0; c < head_width; ++c)
            mix[c] += weights[j] * double(tape[v].data()[(offsets[s] + int64_t(j)) * d + begin + c]);
        add_to_row(y, i, begin, mix);
        all.push_back({i, begin, offsets[s], weights});
      }
  return tape.add(y, {q, k, v}, [&tape, q, k, v, turned_rows, scale, queries, keys, all](const Tensor& g) {
    Tensor dq = Tensor::zeros(g.shape()), dk = Tensor::zeros(g.shape()), dv = Tensor::zeros(g.shape());
    for (const auto& [row, begin, first, weights] : all) {
      const std::vector<double> gradient = row_of(g, row, begin, head_width),
                                query = row_of(queries, row, begin, head_width);
      std::vector<double> of_weights, to_query(head_width, 0);
      for (size_t j = 0; j < weights.size(); ++j) {
        const std::vector<double> value = row_of(tape[v], first + int64_t(j), begin, head_width);
        of_weights.push_back(std::inner_product(gradient.begin(), gradient.end(), value.begin(), 0.0));
      }
      const std::vector<double> of_scores = softmax_backward(weights, of_weights);  // autograd_4_softmax
      for (size_t j = 0; j < weights.size(); ++j) {
        const std::vector<double> key = row_of(keys, first + int64_t(j), begin, head_width);
        std::vector<double> to_key(head_width), to_value(head_width);
        for (int64_t c = 0; c < head_width; ++c) {
          to_query[c] += scale * of_scores[j] * key[c];
          to_key[c] = scale * of_scores[j] * query[c];
          to_value[c] = weights[j] * gradient[c];
        }
        add_to_row(dk, first + int64_t(j), begin, to_key);
        add_to_row(dv, first + int64_t(j), begin, to_value);
      }
      add_to_row(dq, row, begin, to_query);
    }
    tape.give(q, turned_rows(dq, -1));  // what was turned forwards is turned back
    tape.give(k, turned_rows(dk, -1));
    tape.give(v, dv);
  });
}

/// The rows `rows` of x become x + alpha sigmoid(z) y (chapter 7); the others stay. y and z [n,1] have a row for each.
Id combine(Tape& tape, Id x, Id z, Id y, const std::vector<int64_t>& rows) {
  Tensor out = tape[x].clone();
  for (size_t i = 0; i < rows.size(); ++i) {
    const double gate = alpha / (1 + std::exp(-double(tape[z].data()[i])));
    std::vector<double> more = row_of(tape[y], int64_t(i), 0, d);
    for (double& number : more) number *= gate;
    add_to_row(out, rows[i], 0, more);
  }
  return tape.add(out, {x, z, y}, [&tape, x, z, y, rows](const Tensor& g) {
    Tensor dy = Tensor::zeros(tape[y].shape()), dz = Tensor::zeros(tape[z].shape());
    for (size_t i = 0; i < rows.size(); ++i) {
      const GateGrads grads = gate_backward(alpha, double(tape[z].data()[i]), row_of(tape[y], int64_t(i), 0, d),
                                            row_of(g, rows[i], 0, d));  // routers_2_gate_gradient
      add_to_row(dy, int64_t(i), 0, grads.dy);
      dz.mutable_data()[i] = Real(grads.dz);
    }
    tape.give(x, g);  // x is added as it is
    tape.give(y, dy);
    tape.give(z, dz);
  });
}

/// A loss that comes with its gradient by each number of x.
Id loss_of(Tape& tape, Id x, double loss, const Tensor& gradient) {
  return tape.add(Tensor(Real(loss)), {x}, [&tape, x, gradient](const Tensor& g) { tape.give(x, gradient * g); });
}

// --- The model ---

struct Parameter {
  Tensor value;
  std::vector<AdamWWeight> state;
  Id id = 0;  // on the tape of this step
};

struct Layer {  // a set of weights
  Parameter q, k, v, o, gate, up, down;
};

struct Model {
  std::vector<int64_t> sets;  // which set of weights each layer uses
  std::vector<Layer> layers;  // the sets
  Parameter embedding, routers, head;

  template <class F>
  void each(const F& f) {
    for (Layer& l : layers)
      for (Parameter* p : {&l.q, &l.k, &l.v, &l.o, &l.gate, &l.up, &l.down}) f(*p);
    for (Parameter* p : {&embedding, &routers, &head}) f(*p);
  }
};

Parameter parameter(int64_t rows, int64_t columns, std::mt19937& random) {
  Parameter p{Tensor({rows, columns}), {}};
  std::normal_distribution<double> normal(0, 1 / std::sqrt(double(d)));
  for (int64_t i = 0; i < rows * columns; ++i) {
    p.state.push_back({normal(random)});
    p.value.mutable_data()[i] = Real(p.state.back().x);
  }
  return p;
}

Model make_model(int64_t vocabulary, std::mt19937& random) {
  Model model;
  model.sets = sets_of_layers(SharingExercise::middle_cycle, n_layers, n_recursions);  // sharing_1_layer_map
  const int64_t count = *std::max_element(model.sets.begin(), model.sets.end()) + 1;
  const auto matrix = [&](int64_t rows, int64_t columns) { return parameter(rows, columns, random); };
  for (int64_t l = 0; l < count; ++l)
    model.layers.push_back(
        {matrix(d, d), matrix(d, d), matrix(d, d), matrix(d, d), matrix(d, d_ff), matrix(d, d_ff), matrix(d_ff, d)});
  model.embedding = matrix(vocabulary, d);
  model.routers = matrix(d, n_recursions);
  model.head = matrix(d, vocabulary);
  return model;
}

struct Rows {
  std::vector<int64_t> positions, offsets;
};

Id decoder_layer(Tape& tape, const Layer& layer, Id x, const Rows& rows) {
  const Id n = norm(tape, x);
  const Id mixed = attention(tape, product(tape, n, layer.q.id), product(tape, n, layer.k.id),
                             product(tape, n, layer.v.id), rows.offsets, rows.positions);
  const Id h = add(tape, x, product(tape, mixed, layer.o.id));
  const Id m = norm(tape, h);
  const Id wide = mul(tape, silu(tape, product(tape, m, layer.gate.id)), product(tape, m, layer.up.id));
  return add(tape, h, product(tape, wide, layer.down.id));
}

struct Output {
  Id logits;
  std::vector<Id> losses;       // of the router, in training
  std::vector<int64_t> depths;  // of each row
};

/// Texts of the same length, one after the other. In training top-k chooses; else the causal rule does.
Output forward(Tape& tape, Model& model, const std::vector<int64_t>& ids, int64_t texts, bool training) {
  model.each([&](Parameter& p) { p.id = tape.add(p.value); });
  const auto n = int64_t(ids.size()), each = n / texts;
  Rows all;
  for (int64_t i = 0; i < n; ++i) all.positions.push_back(i % each);
  for (int64_t s = 0; s <= texts; ++s) all.offsets.push_back(s * each);
  Output out{0, {}, std::vector<int64_t>(n, 0)};
  Id x = decoder_layer(tape, model.layers[model.sets[0]], gather(tape, model.embedding.id, ids), all);
  std::vector<std::vector<double>> scores(n);  // of each row, as far as it came
  for (int64_t r = 0; r < n_recursions; ++r) {
    const Tensor z = matrix_product(tape[norm(tape, x)], tape[model.routers.id]);
    for (int64_t i = 0; i < n; ++i) scores[i].push_back(double(z.at({i, r})));
    std::vector<int64_t> candidates, taken;
    Rows inside{{}, {0}};
    const std::vector<int64_t> causal = causal_depths(scores);  // causal_1_depths
    for (int64_t s = 0; s < texts; ++s) {
      std::vector<int64_t> here;
      std::vector<double> theirs;
      for (int64_t i = all.offsets[s]; i < all.offsets[s + 1]; ++i)
        if (out.depths[i] == r) here.push_back(i), theirs.push_back(scores[i][r]);
      candidates.insert(candidates.end(), here.begin(), here.end());
      if (training) {
        const int64_t k = std::max<int64_t>(1, each * (n_recursions - r) / n_recursions);
        for (int64_t place : top_k_in_order(theirs, k)) taken.push_back(here[place]);  // routers_1_top_k
      } else {
        for (int64_t i : here)
          if (causal[i] > r) taken.push_back(i);
      }
      inside.offsets.push_back(int64_t(taken.size()));
    }
    for (int64_t i : taken) {
      ++out.depths[i];
      inside.positions.push_back(all.positions[i]);
    }
    // The router's column for this recursion, as a matrix of its own, so that the gradient reaches it.
    Tensor column = Tensor::zeros({n_recursions, 1});
    column.mutable_data()[r] = 1;
    const Id router = product(tape, model.routers.id, tape.add(column));
    if (training && r > 0) {  // what the signs should be; the first recursion takes all
      const Id z_of_all = product(tape, norm(tape, gather(tape, x, candidates)), router);
      std::vector<double> of;
      std::vector<bool> was_taken;
      for (size_t i = 0; i < candidates.size(); ++i) {
        of.push_back(double(tape[z_of_all].data()[i]));
        was_taken.push_back(out.depths[candidates[i]] > r);
      }
      const AuxiliaryLoss aux = auxiliary_loss(of, was_taken);  // routers_4_auxiliary
      Tensor gradient(tape[z_of_all].shape());
      for (size_t i = 0; i < of.size(); ++i) gradient.mutable_data()[i] = Real(aux_coeff * aux.gradient[i]);
      out.losses.push_back(loss_of(tape, z_of_all, aux_coeff * aux.loss, gradient));
    }
    if (taken.empty()) continue;
    const Id chosen = gather(tape, x, taken);
    const Id y = decoder_layer(tape, model.layers[model.sets[1 + r]], chosen, inside);
    x = combine(tape, x, product(tape, norm(tape, chosen), router), y, taken);
  }
  x = decoder_layer(tape, model.layers[model.sets[n_layers - 1]], x, all);
  out.logits = product(tape, norm(tape, x), model.head.id);
  return out;
}

/// The mean cross-entropy of the rows.
Id cross_entropy(Tape& tape, Id logits, const std::vector<int64_t>& targets) {
  const auto n = int64_t(targets.size());
  Tensor gradient = Tensor::zeros(tape[logits].shape());
  double loss = 0;
  for (int64_t i = 0; i < n; ++i) {
    LossAndGradient found =
        cross_entropy_of(row_of(tape[logits], i, 0, gradient.dim(1)), targets[i]);  // training_1_cross_entropy
    loss += found.loss / double(n);
    for (double& number : found.gradient) number /= double(n);
    add_to_row(gradient, i, 0, found.gradient);
  }
  return loss_of(tape, logits, loss, gradient);
}

// --- Training and writing ---

struct Text {
  std::vector<std::string> vocabulary;
  std::vector<int64_t> ids;
};

Text read_text(const char* file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::set<std::string> alphabet;
  for (char c = ' '; c < 127; ++c) alphabet.insert(std::string(1, c));
  alphabet.insert("\n");
  std::map<std::string, int64_t> numbers;
  Text text;
  for (const std::string& piece : characters_or_bytes(bytes, alphabet)) {  // tokens_3_fallback
    const auto [at, fresh] = numbers.try_emplace(piece, int64_t(text.vocabulary.size()));
    if (fresh) text.vocabulary.push_back(piece);
    text.ids.push_back(at->second);
  }
  return text;
}

double training_step(Model& model, const Text& text, int64_t step, int64_t steps, std::mt19937& random) {
  std::vector<int64_t> ids, targets;
  for (int64_t s = 0; s < batch; ++s) {
    const auto from = text.ids.begin() + int64_t(random() % (text.ids.size() - length));
    ids.insert(ids.end(), from, from + length);
    targets.insert(targets.end(), from + 1, from + length + 1);
  }
  Tape tape;
  const Output out = forward(tape, model, ids, batch, true);
  const Id language = cross_entropy(tape, out.logits, targets);
  Id loss = language;
  for (Id more : out.losses) loss = add(tape, loss, more);
  tape.backward(loss);
  const double lr =
      0.005 * trapezoid(step, steps, std::max<int64_t>(1, steps / 20), steps / 5);  // training_3_trapezoid
  model.each([&](Parameter& p) {
    if (!tape.grad(p.id).defined()) return;
    const std::vector<Real> gradient = tape.grad(p.id).to_vector();
    for (size_t i = 0; i < gradient.size(); ++i) {
      adamw_step(p.state[i], double(gradient[i]), {lr, 0.9, 0.95, 1e-8, 0.01});  // training_2_adamw
      p.value.mutable_data()[i] = Real(p.state[i].x);
    }
  });
  return double(tape[language].item());
}

void write_sample(Model& model, const Text& text, int64_t count, std::mt19937& random) {
  std::vector<int64_t> ids(text.ids.begin(), text.ids.begin() + 8);
  std::vector<int64_t> depths;
  while (int64_t(ids.size()) < count) {
    const std::vector<int64_t> seen(ids.end() - std::min<int64_t>(length, int64_t(ids.size())), ids.end());
    Tape tape;
    const Output out = forward(tape, model, seen, 1, false);
    const auto last = int64_t(seen.size()) - 1;
    if (depths.empty())
      depths = out.depths;
    else
      depths.push_back(out.depths.back());
    const std::vector<double> probabilities =
        probabilities_of(row_of(tape[out.logits], last, 0, int64_t(text.vocabulary.size())), 0.8);
    const std::vector<int64_t> likely = nucleus_of(probabilities, 0.95);  // writing_2_top_p
    std::vector<double> weights;
    for (int64_t id : likely) weights.push_back(probabilities[id]);
    ids.push_back(likely[drawn(weights, double(random()) / 4294967296.0)]);  // writing_3_draw
  }
  std::string line, below;
  const auto flush = [&] {
    if (!line.empty()) fmt::print("  {}\n  {}\n", line, below);
    line.clear(), below.clear();
  };
  for (size_t i = 0; i < depths.size(); ++i) {
    const std::string& piece = text.vocabulary[ids[i]];
    line += piece == "\n" ? "" : piece;
    if (piece != "\n") below += std::to_string(depths[i]) + std::string(piece.size() - 1, ' ');
    if (piece == "\n" || (piece == " " && line.size() > 90)) flush();
  }
  flush();
}

int run(const char* file, int64_t steps) {
  const Text text = read_text(file);
  if (int64_t(text.ids.size()) <= length + 1) {
    fmt::print(stderr, "error: {}: too short to learn from (give a text of a few hundred characters or more)\n", file);
    return 2;
  }
  std::mt19937 random(1);
  Model model = make_model(int64_t(text.vocabulary.size()), random);
  int64_t parameters = 0;
  model.each([&](const Parameter& p) { parameters += p.value.count(); });
  fmt::print("{} characters, {} different ones; {} parameters; a loss of {:.2f} is that of guessing\n", text.ids.size(),
             text.vocabulary.size(), parameters, std::log(double(text.vocabulary.size())));
  const auto start = std::chrono::steady_clock::now();
  double mean = 0;
  const int64_t every = std::max<int64_t>(1, steps / 10);
  for (int64_t step = 1; step <= steps; ++step) {
    mean += training_step(model, text, step, steps, random) / double(every);
    if (step % every != 0) continue;
    const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fmt::print("step {:4}  loss {:.3f}  {:3.0f} s\n", step, mean, s);
    std::fflush(stdout);
    mean = 0;
  }
  fmt::print("It writes, with the depth of each character below it:\n");
  write_sample(model, text, 240, random);
  return 0;
}

}  // namespace
}  // namespace tinymor

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "Use: tiny_mor TEXT [STEPS]\n");
    return 2;
  }
  return tinymor::run(argv[1], argc > 2 ? std::max(1, std::atoi(argv[2])) : 600);
}
