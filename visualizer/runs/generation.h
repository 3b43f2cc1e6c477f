#pragma once
// Generating text beside the window (background.h), with its own copy of the weights, so that neither the window nor a
// training run waits for it. A request is always "this text, and this many more tokens": going back, continuing
// from any token and choosing another token are the same request with another text.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tensor/packed_matrix.h"
#include "trainer/recording/events.h"
#include "visualizer/runs/background.h"
#include "visualizer/runs/survey.h"

namespace tinymor {

/// How tokens are drawn. A change takes effect with the next token.
struct Sampling {
  float temperature = 0.8f;
  int top_k = 40;  ///< 0: all.
  float top_p = 1;
  float min_p = 0;               ///< 0: all.
  float repetition_penalty = 1;  ///< 1: off.
  int seed = 1;
  int max_depth = 0;  ///< 0: no cap.
  int pace = 0;       ///< Tokens per second; 0: as fast as it can.
  WeightFormat weights = WeightFormat::f32;
};

struct GenerateRequest : Sampling {
  std::string prompt = "Once upon a time";
  int max_tokens = 120;            ///< How many to add.
  std::vector<int32_t> kept = {};  ///< The text to continue; empty: the prompt, by the newest weights.
  int kept_prompt = 0;             ///< How many tokens of `kept` belong to the prompt.
  bool by_hand = false;            ///< A person has chosen the last of them.
};

/// What a model would make of a text, or of an image, if the router had decided otherwise.
struct Experiment {
  std::vector<int32_t> tokens;
  std::vector<uint8_t> pixels = {};  ///< Of an image, as Given has them; its patches are the tokens then.
  bool training_rule = false;
  int token = -1;        ///< The token whose depth is forced; -1: every token's.
  int depth = 0;         ///< That depth; 0: none is forced.
  float cut_off = 0.5f;  ///< The causal rule takes a token from this score on.
  float capacity = 1;    ///< Times the capacities of the training rule.
  int without = 0;       ///< The recursion whose result is discarded, from 1; 0: none.

  bool operator==(const Experiment&) const = default;
  /// Each rule has one setting of its own; the setting of the other rule changes nothing.
  bool shifts() const { return training_rule ? capacity != 1 : cut_off != 0.5f; }
  bool changes_something() const { return depth > 0 || without > 0 || shifts(); }
};
struct ExperimentOutcome {
  Experiment experiment;
  Trace routed, changed;        ///< By the same weights, without and with the change.
  std::vector<float> by_depth;  ///< [N] where one token's depth is forced: its loss with 1, 2, ... recursions.
  ImageTrace changed_image;     ///< Instead of the traces where it is of an image.
  std::string error;            ///< Why there are none.
};

/// What a person gives a model to look at: a text in its tokens, or a square image, its pixels from the top, 255 is
/// ink.
using Given = std::variant<std::vector<int32_t>, std::vector<uint8_t>>;

/// What the newest weights do with it.
struct Look {
  std::variant<Snapshot, ImageSnapshot> snapshot;
  std::string error;  ///< Why there is none.
};

struct Draw;

/// A token of a generated text.
struct GeneratedPiece {
  std::string piece;
  int32_t id = 0;
  int depth = 0;
  bool prompt = false;
  std::vector<float> router_logits;       ///< One per recursion that the token reached.
  double seconds = 0;                     ///< How long the model took for it; 0: not known.
  int cached = 0;                         ///< Tokens that the cache held after it, ...
  int64_t kv_bytes = 0;                   ///< ... and its bytes; both 0 where tokens after it went in together with it.
  std::shared_ptr<const Draw> draw = {};  ///< How it was drawn; null for a token of the prompt.
};

/// Decodes one text, or looks at images. model_decoder.h makes one from a model; tests script their own.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Runs the prompt, or the kept text; returns its tokens, or the last ones that the model can hold. Throws InputError
  /// when it cannot be used.
  virtual std::vector<GeneratedPiece> start(const GenerateRequest& request) = 0;
  /// Tokens at the beginning of the newest prompt for which the model has no room.
  virtual int left_out() const { return 0; }
  virtual GeneratedPiece next(const Sampling& sampling) = 0;
  /// Whether a text ends with this token.
  virtual bool ends_text(int32_t) const { return false; }
  /// Tokens at the end of the text that the cache holds, and its bytes.
  virtual int cached() const = 0;
  virtual int64_t kv_bytes() const = 0;
  virtual ExperimentOutcome try_out(const Experiment& experiment) = 0;
  /// Throws InputError when the text cannot be used.
  virtual Snapshot look_at(const std::vector<int32_t>& text) = 0;
  /// A snapshot of one image, whose class is not known. Throws InputError when the image cannot be used.
  virtual ImageSnapshot look_at(const std::vector<uint8_t>& pixels);
  /// One text of a survey; nothing once `cancelled`. Throws InputError when the text cannot be used.
  virtual std::optional<SurveyedText> survey(const std::vector<int32_t>& text, const std::atomic<bool>& cancelled) = 0;
  /// [V] for the next token, and the pieces of the vocabulary.
  virtual std::vector<float> logits() const = 0;
  virtual std::shared_ptr<const std::vector<std::string>> vocabulary() const = 0;
};

/// Makes the decoder where texts are generated; may take a while, and returns null once `cancelled`.
using DecoderFactory = std::function<std::unique_ptr<Decoder>(const std::atomic<bool>& cancelled)>;

/// A generated text so far.
struct Generation {
  std::vector<GeneratedPiece> text;
  std::vector<float> logits;  ///< [V] for the token after it; empty before there is a text.
  std::shared_ptr<const std::vector<std::string>> vocabulary;
  bool running = false;
  /// That the model wrote without waiting for anyone, with the weights in each format, by its number; 0: not known.
  std::array<double, std::size(weight_format_names)> tokens_per_second{};
  int left_out = 0;   ///< Tokens at the beginning of the prompt that the model has no room for.
  std::string error;  ///< Why it ended early; empty when all is well.
  std::shared_ptr<const ExperimentOutcome> outcome;  ///< Of the newest experiment; null: none was made.
  std::shared_ptr<const Look> look;                  ///< The newest; null: none was taken.
  bool looking = false;                              ///< Another one is on its way.
  std::shared_ptr<const Survey> survey;              ///< The newest, as far as it is; null: none was made.
  bool surveying = false;                            ///< It goes on.

  int prompt_tokens() const;
  /// One line that a person should know: why it ended early, or that the prompt is too long; empty: all is well.
  std::string notice() const;
  /// The length of the text after the prompt and after each token since: the times at which its cache is known.
  std::vector<int> lengths() const;
  /// The request to continue the first `count` tokens, with the settings of `request`.
  GenerateRequest go_on(GenerateRequest request, int count, int more) const;
};

class GenerationWorker {
 public:
  /// `wake` is called from the thread after every token.
  GenerationWorker(DecoderFactory factory, std::function<void()> wake);
  ~GenerationWorker();

  /// Starts on a request; one that is running ends after its current token. Does not wait.
  void start(const GenerateRequest& request);
  /// How the tokens of the running request are drawn from now on.
  void adjust(const Sampling& sampling);
  void stop();
  /// The same, and there is no text any more.
  void forget();
  /// Takes a snapshot of a text or an image by the newest weights, after what is being written. Does not wait.
  void look_at(Given given);
  /// Makes an experiment with another text, by the newest weights, after what is being written. Does not wait.
  void try_out(const Experiment& experiment);
  /// Surveys texts by the newest weights, one after another while nothing else is asked for. Does not wait.
  void survey(SurveyRequest request);
  /// Ends that; what was surveyed stays.
  void stop_survey();
  /// Copies the newest state into `out`; false when it is the same as before.
  bool poll(Generation& out);

 private:
  using Clock = std::chrono::steady_clock;
  void clear_text();  // with the lock held; keeps all but the text
  struct Asked;
  Asked take_asked();
  double advance();
  void attempt(const std::function<void()>& part);
  double write_token();
  void experiment(const Experiment& experiment);
  void look(const Given& given);
  void begin_survey(const SurveyRequest& request);
  void survey_one_text();
  void show_survey();
  void begin(const GenerateRequest& request);
  void read(const GenerateRequest& request);
  std::shared_ptr<const Draw> chosen_by_hand(const GenerateRequest& request) const;
  void decode(const Sampling& sampling);
  void use(const Sampling& sampling);
  void note_cache(GeneratedPiece& newest) const;
  template <class Change>
  void update(Change&& change);

  DecoderFactory factory_;
  std::function<void()> wake_;
  std::unique_ptr<Decoder> decoder_;  // not used by the window, like the next
  std::vector<int32_t> decoded_;
  std::unique_ptr<Decoder> surveyor_;
  SurveyTexts to_survey_;
  Survey surveyed_;
  int64_t drawn_ = 0;  // how many of them are behind the prompt
  WeightFormat weights_ = WeightFormat::f32;
  /// The text that is being written.
  struct Writing {
    int more;                // tokens
    int written = 0;         // by this request, ...
    double seconds = 0;      // ... and how long the model took for them
    Clock::time_point last;  // when the newest of them was done
  };
  std::optional<Writing> writing_;
  std::mutex mutex_;
  GenerateRequest request_;
  bool requested_ = false;
  std::optional<Experiment> experiment_;
  std::optional<Given> looked_at_;
  std::optional<SurveyRequest> survey_request_;
  std::atomic<bool> cancelled_{false};
  Generation state_;
  bool fresh_ = false;
  Background background_;  // last: it uses all of the above
};

}  // namespace tinymor
