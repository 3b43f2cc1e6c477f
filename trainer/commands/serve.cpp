#include <malloc.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "tensor/error.h"
#include "tensor/number.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/model_option.h"
#include "trainer/program.h"
#include "trainer/serving/server.h"

namespace tinymor {
namespace {

struct Options {
  ModelOption model;
  std::string host = "127.0.0.1", cache, record;
  int port = 8000;
  Engine::Limits limits;
  bool quiet = false;
};

/// What people call the model: the name of its folder or file.
std::string name_of(const std::string& path) {
  const std::filesystem::path whole = std::filesystem::weakly_canonical(path);
  return whole.extension() == ".safetensors" ? whole.stem().string() : whole.filename().string();
}

/// "256M" in bytes.
int64_t bytes_of(const std::string& size) {
  std::string_view rest = size;
  const auto number = take_number<int64_t>(rest);
  const size_t unit = std::string_view("KMG").find(rest);  // 0 when nothing follows
  const int64_t factor = rest.empty() ? 1 : int64_t(1) << (10 * (unit + 1) % 64);
  const bool known = rest.size() <= 1 && unit != std::string_view::npos;
  check_input(number && known && *number > 0 && *number <= (int64_t(1) << 50) / factor,
              "--cache: \"{}\" is not a size (as in 256M or 2G)", size);
  return *number * factor;
}

/// Signals that ask to stop. Threads that are started while it lives do not see them.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~StopSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  void wait() const {
    int signal;
    sigwait(&signals_, &signal);
  }

 private:
  sigset_t signals_, before_;
};

void serve(const Options& options) {
  // With a heap for each thread, as is usual, large requests would leave holes in each of them.
  mallopt(M_ARENA_MAX, 2);
  Engine::Limits limits = options.limits;
  if (!options.cache.empty()) limits.cache_bytes = bytes_of(options.cache);
  auto signals = std::make_unique<StopSignals>();
  const LoadedModel loaded = load_model(options.model, options.quiet);
  std::optional<CallRecorder> recorder;
  if (!options.record.empty()) recorder.emplace(options.record, loaded);
  Engine engine(loaded, limits, recorder ? &*recorder : nullptr);
  Server server(engine, {.host = options.host,
                         .port = options.port,
                         .model = name_of(options.model.path),
                         // One for each text that may wait for its answer, and some to refuse others.
                         .threads = int(options.limits.slots + options.limits.max_queue) + 32});
  std::thread answers([&] { server.run(); });
  if (!options.quiet)
    tell(fmt::format("serving {} at {} (Ctrl-C stops it)", name_of(options.model.path), server.url()));
  signals->wait();
  signals.reset();  // a second Ctrl-C ends the program at once
  if (!options.quiet) tell("stopping: what is under way gets up to 10 s");
  server.stop();
  answers.join();
}

}  // namespace

void add_serve_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(
      app, "serve", "Answer requests over HTTP, many at a time: a page for browsers, and OpenAI's completions protocol",
      "tinymor serve runs/first\n"
      "tinymor serve runs/first --record class.mortrace\n"
      "curl http://127.0.0.1:8000/v1/completions -d '{\"prompt\": \"Once upon a time\", \"max_tokens\": 40}'");
  add_model_option(*command, options->model);
  add_weights_option(*command, options->model.weights);
  add_cache_format_option(*command, options->limits.cache_format);
  add_gather_option(*command, options->limits.gather);
  command->add_option("--host", options->host, "Address to listen at; 0.0.0.0: every network of this machine")
      ->check(not_empty())
      ->capture_default_str();
  command->add_option("--port", options->port, "Port to listen at; 0: any that is free")
      ->check(between(0, 65535))
      ->capture_default_str();
  command->add_option("--slots", options->limits.slots, "Texts that are written at a time")
      ->check(between(1, 256))
      ->capture_default_str();
  command->add_option("--max-queue", options->limits.max_queue, "Texts that may wait for a slot")
      ->check(between(0, 512))
      ->capture_default_str();
  command->add_option("--cache", options->cache,
                      "Memory for keys and values, as in 256M (default: what the slots need)");
  command
      ->add_option("--record", options->record,
                   "Write who is inside in each call of the block into this new file, for tinymor-viz, also while the "
                   "server runs. It holds the tokens of all texts, also of private ones, and at most 32 MB")
      ->check(not_empty());
  command->add_flag("--quiet", options->quiet, "Say nothing but errors");
  add_threads_option(*command);
  command->callback([options] { serve(*options); });
}

}  // namespace tinymor
