#include "trainer/recording/growing_recording.h"

#include <fstream>
#include <functional>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "visualizer/sample_run.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

Recording small_run(int steps) {
  SampleRun run;
  run.tokens = 5;
  run.steps = steps;
  run.snapshot_every = 3;
  return sample_recording(run);
}

/// What a run told up to `last`, as its file has it: everything of a step, then everything of the next.
std::string records_of(const Recording& run, int64_t first, int64_t last) {
  std::string bytes;
  const auto add = [&](int64_t step, const auto& list) {
    for (const auto& event : list)
      if (event.step == step) bytes += event_record(event, double(step));
  };
  for (int64_t step = first; step <= last; ++step) {
    add(step, run.steps);
    add(step, run.evals);
    add(step, run.scores);
    add(step, run.snapshots);
    add(step, run.events);
    if (step % 4 == 0) bytes += event_record(ServedCall{step, 2, {{0, 7, 12, 1, 1, 1, 0, {}}}, {9}, 64}, 0);
  }
  return bytes;
}

void append(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::app) << bytes;
}

void add_to(Recording& whole, Recording added) {
  std::apply(
      [&](auto&... lists) {
        const auto add = [&](auto& list) {
          for (auto& event : list) whole.add(std::move(event));
        };
        (add(lists), ...);
      },
      added.lists());
  whole.notice = added.notice;
}

/// Everything that it tells.
std::string told(const Recording& run) {
  std::string out = run_record(run) + run.notice;
  const auto add = [&](const auto& list) {
    for (const auto& event : list) {
      if constexpr (requires { event.seconds; })
        out += event_record(event, event.seconds);
      else
        out += event_record(event, 0);
    }
  };
  add(run.steps), add(run.evals), add(run.scores), add(run.snapshots), add(run.images), add(run.events);
  add(run.served);
  return out;
}

}  // namespace

TEST_CASE("a recording that is read on as it grows tells at each moment what reading all of it tells") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "r";
  const Recording run = small_run(24);
  const std::string bytes = file_head() + run_record(run) + records_of(run, 1, 24);
  const size_t begun = file_head().size() + run_record(run).size() + 10;
  append(file, std::string_view(bytes).substr(0, begun));
  GrowingRecording growing(file);
  CHECK(growing.changed());
  Recording whole = growing.read_all();
  CHECK_FALSE(growing.changed());
  int pieces = 0;
  for (size_t at = begun, next; at < bytes.size(); at = next) {
    next = std::min(bytes.size(), at + 1 + at * 7 % 900);  // mostly in the middle of a record
    append(file, std::string_view(bytes).substr(at, next - at));
    REQUIRE(growing.changed());
    std::optional<Recording> added = growing.read_more();
    REQUIRE(added);
    add_to(whole, std::move(*added));
    REQUIRE((told(whole) == told(read_recording(file))));
    ++pieces;
  }
  CHECK(pieces > 20);
  CHECK(whole.steps.size() == 24);
  CHECK(whole.notice.empty());
  CHECK(whole.served.size() == 6);
}

TEST_CASE("a recording that did not only become longer is to be read anew") {
  const Recording run = small_run(9), other = small_run(8);
  const std::string head = file_head() + run_record(run), bytes = head + records_of(run, 1, 9);
  const auto overwrite = [](const fs::path& file, const std::string& with) {
    std::fstream(file, std::ios::binary | std::ios::in | std::ios::out) << with;
  };
  const std::vector<std::pair<const char*, std::function<void(const fs::path&)>>> changes = {
      {"shorter", [&](const fs::path& file) { fs::resize_file(file, bytes.size() - 5); }},
      {"longer, but another file", [&](const fs::path& file) { write_file_atomically(file, bytes + bytes); }},
      {"the same size", [&](const fs::path& file) { overwrite(file, file_head() + run_record(run)); }},
      {"longer, but written over",
       [&](const fs::path& file) {
         overwrite(file, file_head() + run_record(other) + records_of(other, 1, 8) + bytes);
       }},
      {"told anew what the run is", [&](const fs::path& file) { append(file, run_record(other)); }}};
  for (const auto& [what, change] : changes) {
    INFO(what);
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "r";
    append(file, bytes);
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(1));
    GrowingRecording growing(file);
    growing.read_all();
    CHECK_FALSE(growing.changed());
    change(file);
    CHECK(growing.changed());
    CHECK_FALSE(growing.read_more());
    CHECK((told(growing.read_all()) == told(read_recording(file))));
    append(file, event_record(StepMetrics{.step = 10}, 1));
    CHECK(growing.changed());
  }
}

TEST_CASE("steps that go back in what was added end the reading there, as in the whole file") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "r";
  const Recording run = small_run(9);
  append(file, file_head() + run_record(run) + records_of(run, 1, 9));
  GrowingRecording growing(file);
  Recording whole = growing.read_all();
  append(file, event_record(StepMetrics{.step = 3}, 1) + event_record(StepMetrics{.step = 10}, 1));
  for (int look = 0; look < 2; ++look) {
    std::optional<Recording> added = growing.read_more();
    REQUIRE(added);
    add_to(whole, std::move(*added));
    CHECK(whole.steps.back().step == 9);
    CHECK_THAT(whole.notice, ContainsSubstring("damaged after step 9"));
    CHECK((told(whole) == told(read_recording(file))));
    append(file, event_record(StepMetrics{.step = 11}, 1));
  }
}

TEST_CASE("a recording that is gone for a moment, or is none any more, is read again when it is back") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "r";
  const Recording run = small_run(3);
  const std::string bytes = file_head() + run_record(run) + records_of(run, 1, 3);
  append(file, bytes);
  GrowingRecording growing(file);
  growing.read_all();
  fs::remove(file);
  CHECK_FALSE(growing.changed());
  CHECK_FALSE(growing.read_more());
  append(file, "no recording");
  CHECK(growing.changed());
  CHECK_THROWS_AS(growing.read_all(), InputError);
  CHECK_FALSE(growing.changed());  // it is not read again each second
  CHECK_FALSE(growing.read_more());
  fs::remove(file);
  append(file, bytes);
  CHECK(growing.changed());
  CHECK_FALSE(growing.read_more());
  CHECK(growing.read_all().steps.size() == 3);
}
