#include "visualizer/runs/source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "datasets/pieces.h"
#include "tensor/error.h"
#include "trainer/loop/image_trainer.h"
#include "trainer/program.h"

namespace tinymor {
namespace fs = std::filesystem;
namespace {

std::string image_command(const Config& config, const ImageSnapshot& seen) {
  return fmt::format("{} --patch {}", command_line(config, image_defaults(), "images"),
                     seen.width / std::max(1, seen.columns));
}

bool sees_the_same(const Snapshot& a, const Snapshot& b) {
  return a.threshold.tokens == b.threshold.tokens;
}
/// What is drawn is none of the run's own images.
bool sees_the_same(const ImageSnapshot&, const ImageSnapshot&) {
  return false;
}

int newest_at(const auto& list, int64_t step) {
  if (list.empty()) return -1;
  const auto after =
      std::upper_bound(list.begin(), list.end(), step, [](int64_t s, const auto& each) { return s < each.step; });
  return std::max(0, int(after - list.begin()) - 1);
}

uint64_t bytes_of_snapshots(const EventLog& log) {
  uint64_t bytes = 0;
  for (const Snapshot& each : log.snapshots) bytes += bytes_of(each);
  for (const ImageSnapshot& each : log.images) bytes += bytes_of(each);
  return bytes;
}

}  // namespace

int64_t RunHistory::last_step() const {
  const int64_t last = steps.empty() ? 0 : steps.back().step;
  return snapshot_count() > 0 ? std::max(last, snapshot_step(snapshot_count() - 1)) : last;
}

int RunHistory::snapshot_at(int64_t step) const {
  return of_images() ? images_at(step) : newest_at(snapshots, step);
}

int RunHistory::images_at(int64_t step) const {
  return newest_at(images, step);
}

int RunHistory::recorded_images() const {
  int index = int(images.size()) - 1;
  while (index >= 0 && is_drawn(images[size_t(index)])) --index;
  return index;
}

void RunHistory::add(Event event) {
  hear(
      event, [this](const Snapshot& snapshot) { bytes += bytes_of(snapshot); },
      [this](const ImageSnapshot& snapshot) { bytes += bytes_of(snapshot); });
  EventLog::add(std::move(event));
}

void RunHistory::replace(EventLog log) {
  static_cast<EventLog&>(*this) = std::move(log);
  bytes = bytes_of_snapshots(*this);
}

bool RunHistory::thin(size_t most) {
  bool thinned = false;
  while ((bytes > most_bytes || std::max(snapshots.size(), images.size()) > most) &&
         std::max(snapshots.size(), images.size()) > 3) {
    thin_older_half(snapshots);
    thin_older_half(images);
    bytes = bytes_of_snapshots(*this);
    thinned = true;
    ++thinnings;
  }
  return thinned;
}

Sources alone(std::unique_ptr<Source> source) {
  Sources sources;
  if (source) sources.push_back(std::move(source));
  return sources;
}

std::string short_name(const Source& source) {
  if (!source.label().empty()) return source.label();
  const std::filesystem::path name(source.name());
  return (name.has_filename() ? name : name.parent_path()).filename().string();
}

namespace {

/// A sweep names its runs after what they vary: "lr=0.001 d_model=64" is enough of "train.lr=0.001 model.d_model=64".
std::string without_sections(const std::string& name) {
  std::string out;
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find(' ', at), name.size()), equals = name.find('=', at);
    const size_t dot = equals < end ? name.rfind('.', equals) : name.npos;
    const size_t from = dot != name.npos && dot >= at ? dot + 1 : at;
    out += (out.empty() ? "" : " ") + name.substr(from, end - from);
    at = end + 1;
  }
  return out;
}

}  // namespace

void tell_apart(const std::vector<Source*>& runs) {
  const auto end_of = [](const Source& run, size_t parts) {
    std::vector<std::string> all;
    for (const fs::path& part : fs::path(run.name()))
      if (!part.empty()) all.push_back(part.string());
    const size_t first = all.size() - std::min(parts, all.size());
    return fmt::format("{}", fmt::join(all.begin() + ptrdiff_t(first), all.end(), "/"));
  };
  for (Source* run : runs) {
    constexpr size_t most_parts = 8;
    const auto is_alone = [&](size_t parts) {
      return std::none_of(runs.begin(), runs.end(), [&](const Source* other) {
        return other != run && end_of(*other, parts) == end_of(*run, parts);
      });
    };
    size_t parts = 1;
    while (parts < most_parts && !is_alone(parts)) ++parts;
    run->set_label(parts > 1 ? end_of(*run, parts) : without_sections(end_of(*run, 1)));
  }
}

bool other_data(const Source& a, const Source& b) {
  const RunInfo &one = a.history().run, &two = b.history().run;
  if (one.vocabulary.empty() || two.vocabulary.empty()) return false;
  if (one.vocabulary.size() != two.vocabulary.size() || one.train_tokens != two.train_tokens) return true;
  // The same text may have two names: compare how often each token occurs.
  if (!one.counts.empty() && !two.counts.empty()) return one.counts != two.counts;
  return one.vocabulary != two.vocabulary || a.config().data.source != b.config().data.source;
}

const char* status_name(RunStatus status) {
  static constexpr const char* names[] = {"preparing", "training", "pausing",  "paused",
                                          "finished",  "failed",   "recording"};
  return names[int(status)];
}

std::string Source::quoted(int32_t id) const {
  return quoted_token(history_.run.vocabulary, id);
}

bool Source::poll() {
  const bool news = poll_run();
  looked_ &= !news;
  const bool text = take_text();
  const bool look = take_look();
  version_ += news || look;
  if (history_.of_images() && command_.starts_with(program() + " train"))
    command_ = image_command(config_, history_.images[0]);
  return news || text || look;
}

bool Source::take_text() {
  if (!generator_ || !generator_->poll(generation_)) return false;
  written_.follow(generation_.text);
  ++generation_version_;
  return true;
}

template <class Kind>
void Source::add_look(Kind snapshot) {
  snapshot.step = history_.last_step();
  // While a text is being typed, or an image drawn, only its newest state is kept.
  if (looked_) history_.forget_newest<Kind>();
  const std::vector<Kind>& all = history_.of<Kind>();
  looked_ = !all.empty() && !sees_the_same(all.back(), snapshot);
  history_.add(std::move(snapshot));
  history_.thin();
}

bool Source::take_look() {
  const auto& look = generation_.look;
  if (std::exchange(taken_, look) == look) return false;
  if (look->error.empty()) std::visit([this](const auto& snapshot) { add_look(snapshot); }, look->snapshot);
  return true;
}

void Source::look_at(std::vector<uint8_t> pixels) {
  if (can_draw()) generator_->look_at(std::move(pixels));
}

void Source::watch(Watched what) {
  if (generator_ && what.kind == Watched::own) generator_->look_at(std::move(what.text));
}

void Source::take_snapshot() {
  if (!history_.snapshots.empty()) watch({Watched::own, history_.snapshots.back().threshold.tokens});
}

void Source::generate(const GenerateRequest& request) {
  if (!generator_) return;
  take_text();
  generator_->start(request);
  take_text();  // it runs now
  generated_step_ = history_.last_step();
}

void Source::adjust(const Sampling& sampling) {
  if (generator_) generator_->adjust(sampling);
}

void Source::try_out(const Experiment& experiment) {
  if (generator_) generator_->try_out(experiment);
}

void Source::survey() {
  if (!generator_) return;
  generator_->survey({tokenizer_, why_no_tokenizer_, config_, !history_.run.config_toml.empty(), history_.run.counts,
                      watched_texts(history_.snapshots)});
}

void Source::stop_survey() {
  if (generator_) generator_->stop_survey();
}

void Source::stop_generating() {
  if (generator_) generator_->stop();
}

void Source::forget_text() {
  if (!generator_) return;
  generator_->forget();
  generation_version_ += generator_->poll(generation_);
  written_ = {};
}

void Source::set_run(RunInfo run) {
  try {
    Config config = config_from_toml(run.config_toml, "configuration");
    config.model.vocab_size = int64_t(run.vocabulary.size());
    command_ = command_line(config);  // throws when it is not legal
    config_ = std::move(config);
    geometry_ = geometry_of(config_.model);
    planned_steps_ = config_.train.steps;
  } catch (const std::exception& error) {
    notice_ = fmt::format("the recorded configuration cannot be read: {}", error.what());
  }
  history_.run = std::move(run);
}

}  // namespace tinymor
