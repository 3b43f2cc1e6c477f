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
  const std::vector<Snapshot>& snapshots = source.history().snapshots;
  if (state.shown.index < 0 || !wanted.changes_something() || !source.can_generate()) return;
  wanted.tokens = snapshots[size_t(state.shown.index)].threshold.tokens;
  // A run that trains has other weights with every snapshot.
  const int64_t newest = snapshots.back().step;
  if (wanted == state.tried && state.tried_at == newest) return;
  state.tried = wanted;
  state.tried_at = newest;
  source.try_out(wanted);
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
}

void pause_to_rest(Rest& rest, Source& source, AppState& state, double seconds) {
  if (source.status() != RunStatus::training) return;
  const std::string why = rest.reason(source, {state.rest_on_plateau, state.rest_on_battery}, seconds);
  if (why.empty()) return;
  source.pause();
  state.say(fmt::format("training paused: {} (T goes on)", why));
}

}  // namespace tinymor
