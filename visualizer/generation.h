#pragma once
// Generating text beside the window: a thread of its own with its own copy of the weights, so that neither the window
// nor a training run waits for it.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "visualizer/text_view.h"

namespace tinymor {

struct GenerateRequest {
  std::string prompt = "Once upon a time";
  float temperature = 0.8f;
  int top_k = 40;  ///< 0: all.
  float top_p = 1;
  int seed = 1;
  int max_depth = 0;  ///< 0: no cap.
  int max_tokens = 120;
};

/// Decodes one text. model_decoder.h makes one from a model; tests script their own.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Runs the prompt. Throws InputError when it cannot be used.
  virtual std::vector<GeneratedPiece> start(const GenerateRequest& request) = 0;
  virtual GeneratedPiece next() = 0;
  /// Tokens at the front of the text that have left the cache, and the bytes that the cache holds.
  virtual int first_cached() const = 0;
  virtual int64_t kv_bytes() const = 0;
};

/// Makes the decoder on the generating thread; may take a while and gives up (null) once `cancelled`.
using DecoderFactory = std::function<std::unique_ptr<Decoder>(const std::atomic<bool>& cancelled)>;

/// A generated text so far.
struct Generation {
  std::vector<GeneratedPiece> text;
  int first_cached = 0;
  int64_t kv_bytes = 0;
  bool running = false;
  double tokens_per_second = 0;
  std::string error;  ///< Why it ended early; empty when all is well.
};

class GenerationWorker {
 public:
  /// `wake` is called from the thread after every token.
  GenerationWorker(DecoderFactory factory, std::function<void()> wake);
  ~GenerationWorker();

  /// Starts a new text; one that is running ends after its current token. Does not wait.
  void start(const GenerateRequest& request);
  void stop();
  /// Copies the newest state into `out`; false when it is the same as before.
  bool poll(Generation& out);

 private:
  void work();
  void generate(const GenerateRequest& request);
  bool decode_all(Decoder& decoder, const GenerateRequest& request);
  template <class Change>
  void update(Change&& change);

  DecoderFactory factory_;
  std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  GenerateRequest request_;
  bool requested_ = false, quit_ = false;
  std::atomic<bool> cancelled_{false};
  Generation state_;
  bool fresh_ = false;
  std::thread thread_;
};

}  // namespace tinymor
