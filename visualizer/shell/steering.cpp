#include "visualizer/shell/steering.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "tensor/error.h"
#include "visualizer/draw/imgui_compat.h"
#include "visualizer/shell/note_dialog.h"

namespace tinymor {
namespace {

/// What is to be generated for a wish; nothing where the wish asks for no text, or for what is there already.
std::optional<GenerateRequest> wanted_text(const Wish& wish, const Source& source, const GenerateRequest& request) {
  const Generation& text = source.generation();
  const int size = int(text.text.size());
  switch (wish.kind) {
    case Wish::generate:
      return request;
    case Wish::go_on:
      return text.go_on(request, size, request.max_tokens);
    case Wish::step:
      return text.go_on(request, size, size > 0);
    case Wish::write: {
      const int more = wish.value - (size - text.prompt_tokens());
      if (size > 0 && more <= 0) return std::nullopt;
      return text.go_on(request, size, std::max(0, more));
    }
    case Wish::keep:
      return text.go_on(request, std::max(1, wish.value), 0);
    case Wish::choose: {
      GenerateRequest chosen = text.go_on(request, size, 0);
      chosen.kept.push_back(wish.value);
      chosen.by_hand = true;
      return chosen;
    }
    case Wish::branch: {
      const TextTree& written = source.written();
      const int end = written.end_of(wish.value - 1);
      return end < 0 || end == written.tip ? std::nullopt : std::optional(written.go_back(request, end));
    }
    default:
      return std::nullopt;
  }
}

void try_experiment(Source& source, AppState& state) {
  Experiment wanted = state.wanted();
  const RunHistory& history = source.history();
  if (!wanted.changes_something() || !(source.can_generate() || source.can_draw())) return;
  if (const SeenImage* image = state.told_image(source))
    wanted.pixels = image->pixels;
  else if (state.shown.index >= 0)
    wanted.tokens = history.snapshots[size_t(state.shown.index)].threshold.tokens;
  else
    return;
  // A run that trains has other weights with every snapshot.
  const int64_t newest = history.snapshot_step(history.snapshot_count() - 1);
  if (wanted == state.tried && state.tried_at == newest) return;
  state.tried = wanted;
  state.tried_at = newest;
  source.try_out(wanted);
}

/// What is drawn is looked at as soon as the weights have time for it: when it has changed, and when a run that trains
/// has other weights.
void look_at_drawing(Source& source, AppState& state) {
  if (!state.story.typing || !source.can_draw() || !state.shown.of_images() || source.generation().looking) return;
  const std::vector<ImageSnapshot>& images = source.history().images;
  const int recorded = source.history().recorded_images();
  const int64_t newest = recorded < 0 ? 0 : images[size_t(recorded)].step;
  if (state.given == state.own_image && state.given_at == newest) return;
  state.given = state.own_image;
  state.given_at = newest;
  source.look_at(state.own_image.pixels(images[size_t(state.shown.images)].height));
  state.playback.follow();
}

}  // namespace

void steer(const Wish& wish, Source& source, AppState& state) {
  if (const auto request = wanted_text(wish, source, state.request)) {
    state.writing.follow();
    source.generate(*request);
  }
  switch (wish.kind) {
    case Wish::pause:
      source.pause();
      break;
    case Wish::resume:
      source.resume();
      break;
    case Wish::stop:
      source.stop();
      for (Source* rival : state.compare.rivals) rival->stop();
      break;
    case Wish::clear:
      source.forget_text();
      break;
    case Wish::stop_generating:
      state.waiting.clear();
      source.stop_generating();
      break;
    case Wish::record:
      source.take_snapshot();
      break;
    case Wish::train_step:
      source.train_step();
      state.playback.follow();  // to the snapshot of that step
      break;
    case Wish::watch:
      if (source.tokenizer()) source.watch({Watched::own, source.tokenizer()->encode(state.own_text)});
      state.playback.follow();
      break;
    case Wish::watch_batches:
      source.watch({Watched::batches});
      break;
    case Wish::watch_held_out:
      source.watch({Watched::held_out});
      break;
    case Wish::survey:
      source.survey();
      break;
    case Wish::stop_survey:
      source.stop_survey();
      break;
    case Wish::note:
      keep_note(source, state, wish.text);
      break;
    default:
      break;
  }
}

void obey_settings(Source& source, AppState& state) {
  if (source.generation().running) source.adjust(state.request);
  if (!ImGui::IsAnyItemActive()) {  // a slider counts once it is let go
    source.set_lr_factor(state.lr_factor);
    for (Source* rival : state.compare.rivals) rival->set_lr_factor(state.lr_factor);
  }
  try_experiment(source, state);
  look_at_drawing(source, state);
}

void pause_to_rest(Rest& rest, Source& source, AppState& state, double seconds) {
  if (source.status() != RunStatus::training) return;
  const std::string why = rest.reason(source, {state.rest_on_plateau, state.rest_on_battery}, seconds);
  if (why.empty()) return;
  source.pause();
  state.say(fmt::format("training paused: {} (T goes on)", why));
}

}  // namespace tinymor
