// What a server writes down of its calls is what its scheduler did, and nothing that happens to the file stops it.

#include "trainer/serving/call_recorder.h"

#include <thread>

#include "support/catch.h"
#include "support/served.h"
#include "support/temporary_folder.h"
#include "trainer/recording/recording.h"
#include "trainer/recording/served_call.h"
#include "trainer/serving/engine.h"

using namespace tinymor;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

void submit_some(Scheduler& scheduler) {
  for (uint64_t seed = 1; seed <= 5; ++seed) scheduler.submit({97, 98, 99}, 8, {.seed = seed});
}

}  // namespace

TEST_CASE("a recording of a server has every call, in the numbers of all its schedulers") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "calls.mortrace";
  const LoadedModel loaded = served_model();
  CallRecorder recorder(file, loaded);
  std::vector<ServedCall> calls;
  for (int32_t before : {0, 5}) {
    Scheduler scheduler(*loaded.model, {.slots = 3});
    submit_some(scheduler);
    while (scheduler.tick()) {
      recorder.add(scheduler);
      ServedCall call = call_of(scheduler).value();
      call.step = int64_t(calls.size());
      for (ServedSeat& seat : call.seats) seat.text += before;
      for (int32_t& text : call.queue) text += before;
      calls.push_back(call);
    }
    recorder.add(scheduler);  // no token is under way: that is no call
    recorder.restart();
  }
  const Recording read = read_recording(file);
  CHECK(read.notice == "");
  CHECK(read.vocabulary.size() == 256);
  CHECK_THAT(read.config_toml, ContainsSubstring("routing = \"expert_choice\""));
  CHECK(calls.size() > 40);
  CHECK(read.served == calls);
}

TEST_CASE("a recording that is full, or whose disk is, ends with whole records, and the server goes on") {
  const TemporaryFolder folder;
  const LoadedModel loaded = served_model();
  Scheduler scheduler(*loaded.model, {.slots = 3});
  submit_some(scheduler);
  CallRecorder recorder(folder.path() / "small", loaded, 1000);
  const uintmax_t before = fs::file_size(folder.path() / "small");
  while (scheduler.tick()) recorder.add(scheduler);
  CHECK(scheduler.text(4).left == 0);
  CHECK(fs::file_size(folder.path() / "small") <= before + 1000);
  const Recording read = read_recording(folder.path() / "small");
  CHECK(read.notice == "");
  CHECK(read.served.size() > 1);
}

TEST_CASE("a recording never replaces a file, and a place that cannot be written is refused") {
  const TemporaryFolder folder;
  const LoadedModel loaded = served_model();
  write_file_atomically(folder.path() / "kept", "kept");
  CHECK_THROWS_WITH(CallRecorder(folder.path() / "kept", loaded), ContainsSubstring("is there already"));
  CHECK(read_file(folder.path() / "kept") == "kept");
  CHECK_THROWS_AS(CallRecorder(folder.path() / "no folder" / "file", loaded), InputError);
}

TEST_CASE("what the engine records are the texts that its clients got") {
  const TemporaryFolder folder;
  const LoadedModel loaded = served_model();
  const fs::path file = folder.path() / "calls";
  CallRecorder recorder(file, loaded);
  {
    Engine engine(loaded, {.slots = 2}, &recorder);
    std::vector<std::shared_ptr<Completion>> all;
    for (int i = 0; i < 5; ++i)
      all.push_back(engine.submit({.prompts = {"abc"}, .max_tokens = 6, .sampling = {.seed = uint64_t(i)}}));
    for (const auto& completion : all)
      for (bool done = false; !done;) done = completion->wait(10s).done;
  }
  std::map<int32_t, std::vector<int32_t>> ids;
  for (const ServedCall& call : read_recording(file).served)
    for (const ServedSeat& seat : call.seats)
      ids[seat.text].insert(ids[seat.text].end(), seat.ids.begin(), seat.ids.end());
  REQUIRE(ids.size() == 5);
  for (int32_t i = 0; i < 5; ++i) {
    Generator generator(*loaded.model, {.seed = uint64_t(i), .never = loaded.tokenizer->unknown()});
    std::vector<int32_t> alone = loaded.tokenizer->encode("abc");
    generator.prompt(alone);
    for (int n = 0; n < 6; ++n) alone.push_back(generator.next().id);
    CHECK(ids[i] == alone);
  }
}
