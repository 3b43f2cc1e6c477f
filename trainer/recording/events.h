#pragma once
// What a run tells about itself while it trains: numbers of every step (StepMetrics), how its routers' scores are
// spread (ScoreHistogram) and, now and then, everything the model does with the watched text (Snapshot) or with a
// few fixed images (ImageSnapshot); and what happens to it (RunEvent). A server tells who is inside in each call of the
// block (ServedCall). An Observer hears them live; a recording keeps them for later. A new kind of event is a struct
// with a step, a place in Event and in EventLog, and a number and a list of fields in recording_format.

#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "mor/image_trace.h"
#include "mor/trace.h"

namespace tinymor {

/// One training step.
struct StepMetrics {
  int64_t step = 0;      ///< 1 for the first.
  double seconds = 0;    ///< That training took so far, in earlier sessions, too; pauses and evaluations are left out.
  double loss = 0;       ///< Language-model loss of the batch, nats.
  double aux_loss = 0;   ///< Auxiliary routing loss before its coefficient.
  double grad_norm = 0;  ///< Before clipping.
  double lr = 0;
  double tokens_per_second = 0;
  double mean_depth = 0;         ///< Recursions per token; the block's passes where there is no routing.
  double sampling_accuracy = 0;  ///< Share of candidates whose logit sign agrees with the top-k choice, last recursion.
  double z_loss = 0, balance_loss = 0;  ///< Before their coefficients.
  double max_violation = 0;             ///< Of the loads of the depths, under token choice; see RouterMetrics.
  double load_entropy = 0;              ///< Likewise, nats.
  int64_t left_out = 0;                 ///< Steps so far that changed no weights, because their loss leapt or was NaN.
};

/// Held-out loss at a step, nats; the same value twice for models without expert choice.
struct EvalMetrics {
  int64_t step = 0;
  double topk_loss = 0;
  double threshold_loss = 0;
  double mean_depth = 0;  ///< Under the threshold rule.
  double bits_per_byte =
      0;  ///< Of the text, from threshold_loss, so that tokenizers can be compared; 0: not of a text.
};

/// How the scores of the tokens that training saw since the last histogram are spread over [0,1]: sigma(z) of a
/// recursion's candidates under expert choice, the probability of each depth under token choice.
struct ScoreHistogram {
  static constexpr int bins = 32;
  int64_t step = 0;
  std::vector<uint32_t> taken, left;  ///< [N*bins] scores of tokens that recursion (depth) r took, and did not take.
};

/// The watched text, which a run takes its snapshots of: the beginning of the held-out text, a text of the batch just
/// trained on, or another one, as tokens of the run's vocabulary.
struct Watched {
  enum Kind { held_out, batches, own } kind = held_out;
  std::vector<int32_t> text = {};
};

/// What the model does with the watched text at a step, under both rules (the same trace twice without expert choice).
struct Snapshot {
  int64_t step = 0;
  Trace topk = {};       ///< With the gradients of the training loss, without what is likely.
  Trace threshold = {};  ///< With what early exits predict, and with attention at some steps.
};

/// A grey image and what the model makes of it.
struct SeenImage : ImageTrace {
  static constexpr int32_t unknown = -1;  ///< The class of an image that a person drew; no recording has one.
  std::vector<uint8_t> pixels;            ///< [height*width] 0 is paper, 255 is ink.
  int32_t truth = 0;                      ///< Its class.
  bool right() const { return predicted == truth; }
};

/// What the model makes of the same few held-out images at a step. Images are always routed by the training rule.
struct ImageSnapshot {
  int64_t step = 0;
  int32_t height = 0, width = 0, rows = 0, columns = 0;  ///< Pixels of an image, and patches; P = rows*columns.
  std::vector<SeenImage> images;
};

/// Something that happened to a run beside the training itself.
struct RunEvent {
  enum Kind : uint8_t { command, checkpoint, sample } kind = command;
  int64_t step = 0;  ///< The steps that were done by then.
  std::string text;  ///< What was asked for, saved or written by the model, for people; at most `longest` bytes.
  static constexpr size_t longest = 200;
};

/// A text that has a slot of a server, and its tokens that are on their way through the model, as Scheduler::Seat
/// (mor/scheduler.h).
struct ServedSeat {
  int32_t slot = 0, text = 0;         ///< From 0.
  int32_t first = 0, tokens = 0;      ///< No tokens: the text waits.
  int32_t recursion = 0, inside = 0;  ///< From 0, and how many of the tokens take it.
  uint8_t fed = 0;                    ///< 1: part of a prompt, or fed again; 0: one that was drawn.
  std::vector<int32_t> ids = {};      ///< [tokens] in recursion 0, else empty.
  bool operator==(const ServedSeat&) const = default;
};

/// One call of the block by a server, which decodes many texts at once.
struct ServedCall {
  int64_t step = 0;                      ///< Calls before it.
  int32_t slots = 0;                     ///< That the server has.
  std::vector<ServedSeat> seats = {};    ///< By slot.
  std::vector<int32_t> queue = {};       ///< Texts that wait for a slot; the first comes next.
  int64_t cache_bytes = 0;               ///< Keys and values of the texts that have slots.
  static constexpr int32_t most = 4096;  ///< Slots, at most.
  bool operator==(const ServedCall&) const = default;
};

/// One thing that a run or a server tells.
using Event = std::variant<StepMetrics, EvalMetrics, ScoreHistogram, Snapshot, ImageSnapshot, RunEvent, ServedCall>;

/// Calls the one of some functions that takes this kind of event; the kinds that none of them takes are passed over.
template <class... F>
struct Hearing : F... {
  using F::operator()...;
  void operator()(const auto&) const {}
};
template <class... F>
void hear(const Event& event, F... f) {
  std::visit(Hearing<F...>{std::move(f)...}, event);
}

/// Hears about a run. Calls come one at a time, those with snapshots perhaps some steps late and from another thread,
/// and must return quickly.
struct Observer {
  virtual ~Observer() = default;
  virtual void on(const Event& event) = 0;
};

/// All that a run has told, in order.
struct EventLog {
  std::vector<StepMetrics> steps;
  std::vector<EvalMetrics> evals;
  std::vector<ScoreHistogram> scores;
  std::vector<Snapshot> snapshots;
  std::vector<ImageSnapshot> images;
  std::vector<RunEvent> events;
  std::vector<ServedCall> served;

  auto lists() { return std::tie(steps, evals, scores, snapshots, images, events, served); }
  /// The events of one kind.
  template <class E>
  std::vector<E>& of() {
    return std::get<std::vector<E>&>(lists());
  }
  void add(Event event) {
    std::visit([this](auto& e) { of<std::remove_cvref_t<decltype(e)>>().push_back(std::move(e)); }, event);
  }
};

/// What a run is, known before its first step.
struct RunInfo {
  std::string config_toml;              ///< The complete configuration, as text.
  std::vector<std::string> vocabulary;  ///< Of each id its piece; of images the name of each class.
  std::vector<uint32_t> counts = {};    ///< Of each id how often it occurs in the corpus; empty: not known.
  int64_t train_tokens = 0;    ///< Those that are trained on, at the beginning of the corpus; the rest is held out.
  int64_t watched_offset = 0;  ///< Where in the corpus the first watched text begins, in tokens.
};

}  // namespace tinymor
