#include "visualizer/generation.h"

#include <chrono>
#include <exception>

namespace tinymor {

GenerationWorker::GenerationWorker(DecoderFactory factory, std::function<void()> wake)
    : factory_(std::move(factory)), wake_(std::move(wake)), thread_([this] { work(); }) {}

GenerationWorker::~GenerationWorker() {
  {
    const std::lock_guard lock(mutex_);
    quit_ = true;
    cancelled_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void GenerationWorker::start(const GenerateRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    request_ = request;
    requested_ = true;
    cancelled_ = true;
    state_ = {};
    state_.running = true;
    fresh_ = true;
  }
  changed_.notify_all();
}

void GenerationWorker::stop() {
  const std::lock_guard lock(mutex_);
  requested_ = false;
  cancelled_ = true;
  state_.running = false;
  fresh_ = true;
}

bool GenerationWorker::poll(Generation& out) {
  const std::lock_guard lock(mutex_);
  if (!fresh_) return false;
  fresh_ = false;
  out = state_;
  return true;
}

void GenerationWorker::work() {
  for (;;) {
    GenerateRequest request;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return quit_ || requested_; });
      if (quit_) return;
      requested_ = false;
      cancelled_ = false;
      request = request_;
    }
    generate(request);
  }
}

// Changes the visible state unless this text was cancelled: what a newer request shows is not this one's to touch.
template <class Change>
void GenerationWorker::update(Change&& change) {
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) return;
    change(state_);
    fresh_ = true;
  }
  wake_();
}

void GenerationWorker::generate(const GenerateRequest& request) {
  std::string error;
  try {
    const std::unique_ptr<Decoder> decoder = factory_(cancelled_);
    if (!decoder || !decode_all(*decoder, request)) return;
  } catch (const std::exception& failure) {
    error = failure.what();
  }
  update([&](Generation& state) {
    state.running = false;
    state.error = error;
  });
}

// False when it was cancelled on the way.
bool GenerationWorker::decode_all(Decoder& decoder, const GenerateRequest& request) {
  const auto publish = [&](auto&& change) {
    update([&](Generation& state) {
      change(state);
      state.first_cached = decoder.first_cached();
      state.kv_bytes = decoder.kv_bytes();
    });
  };
  std::vector<GeneratedPiece> prompt = decoder.start(request);
  publish([&](Generation& state) { state.text = std::move(prompt); });
  const auto begin = std::chrono::steady_clock::now();
  for (int n = 1; n <= request.max_tokens; ++n) {
    if (cancelled_) return false;
    GeneratedPiece token = decoder.next();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    publish([&](Generation& state) {
      state.text.push_back(std::move(token));
      state.tokens_per_second = n / std::max(spent.count(), 1e-9);
    });
  }
  return !cancelled_;
}

}  // namespace tinymor
