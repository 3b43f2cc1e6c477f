#include "visualizer/shell/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "visualizer/lessons/lesson_view.h"
#include "visualizer/shell/bottom_bar.h"
#include "visualizer/shell/help.h"
#include "visualizer/shell/inspector_bar.h"
#include "visualizer/shell/keys.h"
#include "visualizer/shell/note_dialog.h"
#include "visualizer/shell/open_dialog.h"
#include "visualizer/shell/report.h"
#include "visualizer/shell/runs_dialog.h"
#include "visualizer/shell/steering.h"
#include "visualizer/shell/top_bar.h"
#include "visualizer/shell/workspace.h"
#include "visualizer/state/settings.h"

namespace tinymor {

App::App(Source& source, Opener opener) : opener_(std::move(opener)), source_(&source) {
  begin_run();
}

/// What panels and time line remember belongs to the run before.
void App::begin_run() {
  drawn_ = std::exchange(panels_, make_panels());
  state_.timeline = {};
  state_.compare.open(*source_);
  state_.survey = {};
  load_notes(*source_, state_);
}

void App::show(Sources sources) {
  sources.front()->poll();
  source_ = sources.front().get();
  owned_.push_back(std::move(sources.front()));
  sources.erase(sources.begin());
  static_cast<RunState&>(state_) = {};
  rest_ = {};
  state_.thinnings = source_->history().thinnings;
  begin_run();
  if (!sources.empty()) {
    compare(std::move(sources));
    state_.compare.scoreboard = source_->steerable();
    state_.curve_axis = CurveAxis::flops;
  }
  if (source_->history().of_images()) state_.page.clear();
  const RunHistory& history = source_->history();
  if (!history.served.empty() && history.snapshot_count() == 0) state_.page = "Serving";
}

void App::compare(Sources sources) {
  Comparison& c = state_.compare;
  std::vector<Source*> added;
  for (std::unique_ptr<Source>& source : sources) {
    source->poll();
    c.rivals.push_back(source.get());
    c.open(*source);
    added.push_back(source.get());
    owned_.push_back(std::move(source));
  }
  std::vector<Source*> all = c.rivals;
  all.push_back(source_);
  tell_apart(all);
  if (c.rivals.size() >= Comparison::most_drawn && !c.chosen) c.draw_best(*source_);
  const auto drawn = std::find_if(added.begin(), added.end(), [&](const Source* run) { return c.draws(*run); });
  c.compare_with(drawn == added.end() ? added.front() : *drawn);
}

void App::let_go_of_unseen() {
  const std::vector<Source*>& rivals = state_.compare.rivals;
  std::erase_if(owned_, [&](const auto& owned) {
    const bool seen = owned.get() == source_ || std::find(rivals.begin(), rivals.end(), owned.get()) != rivals.end();
    if (!seen) state_.compare.close(*owned);
    return !seen;
  });
}

bool App::poll() {
  bool news = source_->poll();
  for (Source* rival : state_.compare.rivals) news |= rival->poll();
  return news;
}

void App::frame(double seconds) {
  drawn_.clear();
  update(seconds);
  const ui::RegistryScope scope(registry_, state_.hidden);
  const GlossaryScope explained(state_.glossary);
  if (!state_.bare) move_keyboard(registry_, state_);
  state_.panel_at_keyboard = panel_at_keyboard(registry_);
  state_.at_pad = registry_.at_pad();
  registry_.begin_frame();
  reveal_highlight(state_, registry_);
  state_.hovering.reset();
  state_.hovering_patch.reset();
  state_.glowing.reset();
  state_.at_gap = registry_.focus().starts_with("split.") || registry_.at_slider() || state_.at_pad;
  give_typed_ahead(state_);
  if (!state_.bare) handle_keys(*source_, state_);
  state_.panel_under_mouse.clear();
  draw();
  state_.hovered = state_.hovering;
  state_.hovered_patch = state_.hovering_patch;
  state_.glow = state_.glowing;
  if (std::exchange(state_.session_asked, false)) session_.toggle(state_, *source_);
  if (std::exchange(state_.link_asked, false)) copy_link();
  session_.note(seconds, state_, *source_);
  grant_wishes();
  obey_settings(*source_, state_);
}

void App::update(double seconds) {
  let_go_of_unseen();
  state_.renumber(source_->history());
  begin_asked_scene(*source_, state_);
  pause_to_rest(rest_, *source_, state_, seconds);
  play_script(seconds, state_, *source_);
  state_.message_seconds -= seconds;
  if (state_.message_seconds <= 0) state_.message.clear();
  state_.bring_up_to_date(*source_, seconds);
  state_.compare.follow(*source_, state_.shown.step, state_.curve_axis);
}

void App::draw() {
  const Box window{{0, 0}, ImGui::GetIO().DisplaySize};
  if (state_.bare) {
    picture_ = draw_workspace(*source_, state_, registry_, panels_, window);
  } else {
    draw_with_bars(window);
  }
  if (!state_.bare) draw_highlights(state_, registry_);
  draw_above_panels();
}

void App::draw_with_bars(const Box& window) {
  const ImVec2 size = window.max;
  const float bar = draw_top_bar(*source_, state_, size, opener_);
  const float top = draw_lesson(state_, *source_, size, bar);
  const float bottom = draw_bottom_bar(*source_, state_, size);
  const float lower = draw_inspector_bar(*source_, state_, size, bottom);
  picture_ = draw_workspace(*source_, state_, registry_, panels_, {{0, top}, {size.x, lower}});
  state_.docked = top - bar;
}

void App::draw_above_panels() {
  draw_lesson_list(state_, *source_);
  if (state_.help) draw_help(state_);
  draw_note_dialog(state_);
  draw_open_dialog(state_, opener_);
  draw_runs_dialog(*source_, state_);
  draw_focus_ring(registry_);  // once dialogs have named their controls
}

void App::grant_wishes() {
  const std::vector<Wish> waiting = std::exchange(state_.waiting, {});
  grant_in_turn(std::exchange(state_.wishes, {}), false);
  grant_in_turn(waiting, source_->generation().running);
}

/// Of wishes that came together, one that is of the text waits until those before it have written theirs, and the rest
/// waits with it.
void App::grant_in_turn(const std::vector<Wish>& wishes, bool writing) {
  for (auto wish = wishes.begin(); wish != wishes.end(); ++wish) {
    if (writing && wish->is_of_text()) {
      state_.waiting.insert(state_.waiting.end(), wish, wishes.end());
      return;
    }
    try {
      grant(*wish);
    } catch (const std::exception& error) {
      state_.refuse(error.what());
    }
    writing |= wish->is_of_text() && source_->generation().running;
  }
}

void App::grant(const Wish& wish) {
  switch (wish.kind) {
    case Wish::swap:
      return swap_compared();
    case Wish::open:
    case Wish::train:
    case Wish::race:
      return open(wish);
    default:
      return steer(wish, *source_, state_);
  }
}

void App::open(const Wish& wish) {
  const bool beside = state_.open.dialog == Dialog::beside;
  Sources chosen = fulfil(wish, state_, opener_);
  if (chosen.empty()) return;
  if (beside)
    compare(std::move(chosen));
  else
    show(std::move(chosen));
}

void App::swap_compared() {
  Comparison& c = state_.compare;
  source_->stop_survey();
  std::swap(state_.playback, c.playback);
  c.playback.jump(c.playback.index(), c.playback.index() + 1);  // B follows nothing by itself
  if (!c.other) return;
  std::replace(c.rivals.begin(), c.rivals.end(), c.other, source_);
  std::swap(source_, c.other);
  state_.shown = {};
  c.shown = {};
  state_.curves = {};
  begin_run();
}

/// A run that does not come with the program is not at the other end of a link.
void App::copy_link() {
  const std::string run = source_->name();
  std::string scene = scene_of(state_, *source_);
  const auto bundled = std::find_if(state_.open.presets.begin(), state_.open.presets.end(),
                                    [&](const auto& preset) { return run.starts_with(preset.path); });
  if (bundled != state_.open.presets.end()) scene = fmt::format("open {}\n{}", bundled->path, scene);
  opener_.link(scene);
  state_.say(bundled != state_.open.presets.end() ? "copied: an address that opens what is seen now"
                                                  : "copied: an address of what is set now, without this run");
}

bool App::animating() const {
  return state_.story.playing || state_.story.moving() || state_.playback.playing() || state_.writing.playing() ||
         source_->generation().running || !state_.script.empty();
}

std::string App::text(const std::string& name) {
  update(0);
  return text_report(panels_, *source_, state_, name);
}

std::string App::csv(const std::string& name) const {
  return csv_report(panels_, *source_, state_, name);
}

}  // namespace tinymor
