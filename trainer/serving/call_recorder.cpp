#include "trainer/serving/call_recorder.h"

#include <algorithm>

#include "tensor/error.h"
#include "trainer/config.h"
#include "trainer/program.h"
#include "trainer/recording/recording_format.h"
#include "trainer/recording/served_call.h"

namespace tinymor {

CallRecorder::CallRecorder(const std::filesystem::path& file, const LoadedModel& loaded, uint64_t most_bytes)
    : file_(file), room_(most_bytes) {
  std::error_code ignored;
  check_input(!std::filesystem::exists(file, ignored), "{}: is there already (name a new file)", file.string());
  Config config;
  config.model = loaded.config();
  write_file_atomically(file, file_head() + run_record({config_to_toml(config), loaded.tokenizer->pieces()}));
  out_.emplace(file);
}

void CallRecorder::add(const Scheduler& scheduler) {
  std::optional<ServedCall> call = out_ ? call_of(scheduler) : std::nullopt;
  if (!call) return;
  const auto renumber = [this](int32_t& text) {
    text += texts_before_;
    texts_ = std::max(texts_, text + 1);
  };
  for (ServedSeat& seat : call->seats) renumber(seat.text);
  for (int32_t& text : call->queue) renumber(text);
  call->step = calls_++;
  try {
    const std::string record = event_record(*call, 0);
    check(record.size() <= room_, "it is full");
    room_ -= record.size();
    out_->append(record);
  } catch (const Error& error) {
    out_.reset();
    tell(fmt::format("{}: the recording ends here: {} (the server goes on)", file_.string(), error.what()));
  }
}

}  // namespace tinymor
