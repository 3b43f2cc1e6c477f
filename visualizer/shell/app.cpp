#include "visualizer/shell/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "tensor/error.h"
#include "visualizer/lessons/lesson_view.h"
#include "visualizer/panels/token_card.h"
#include "visualizer/shell/bottom_bar.h"
#include "visualizer/shell/help.h"
#include "visualizer/shell/keys.h"
#include "visualizer/shell/timeline.h"
#include "visualizer/shell/top_bar.h"

namespace tinymor {

App::App(Source& source, Opener opener) : opener_(std::move(opener)), source_(&source), panels_(make_panels()) {
  begin_timeline();
}

void App::begin_timeline() {
  state_.timeline = {};
  try {
    state_.timeline.notes = read_notes(source_->recording());
  } catch (const Error& error) {
    state_.say(error.what());
  }
}

void App::let_go_of_unseen() {
  const std::vector<Source*>& rivals = state_.compare.rivals;
  std::erase_if(owned_, [&](const auto& owned) {
    return owned.get() != source_ && std::find(rivals.begin(), rivals.end(), owned.get()) == rivals.end();
  });
}

void App::show(Sources sources) {
  sources.front()->poll();
  source_ = sources.front().get();
  owned_.push_back(std::move(sources.front()));
  sources.erase(sources.begin());
  static_cast<RunState&>(state_) = {};
  rest_ = {};
  panels_ = make_panels();  // what they remember belongs to the source before
  state_.thinnings = source_->history().thinnings;
  if (!sources.empty()) {
    compare(std::move(sources));
    state_.curve_axis = CurveAxis::flops;
  }
  begin_timeline();
  if (source_->history().of_images()) state_.page.clear();
}

void App::compare(Sources sources) {
  std::vector<Source*>& rivals = state_.compare.rivals;
  state_.compare.compare_with(sources.front().get());
  for (std::unique_ptr<Source>& source : sources) {
    source->poll();
    rivals.push_back(source.get());
    owned_.push_back(std::move(source));
  }
}

bool App::poll() {
  bool news = source_->poll();
  for (Source* rival : state_.compare.rivals) news |= rival->poll();
  return news;
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

void App::frame(double seconds) {
  update(seconds);
  const ui::RegistryScope scope(registry_, state_.hidden);
  if (!state_.bare) move_keyboard();
  registry_.begin_frame();
  reveal_lesson();
  state_.hovering.reset();
  state_.at_gap = registry_.focus().starts_with("split.");
  give_typed_ahead(state_);
  if (!state_.bare) handle_keys(*source_, state_);
  state_.panel_under_mouse.clear();

  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const Box window{{0, 0}, size};
  if (state_.bare) {
    draw_workspace(window);
  } else {
    const float bar = draw_top_bar(*source_, state_, size, opener_.open != nullptr);
    const float top = draw_lesson(state_, *source_, size, bar);
    const float bottom = draw_bottom_bar(*source_, state_, size);
    const float lower = draw_inspector(state_, size, bottom);
    draw_workspace({{0, top}, {size.x, lower}});
    state_.docked = (top - bar) + (bottom - lower);
  }
  if (!state_.bare) draw_highlights(state_, registry_);
  if (!state_.help) draw_hover_card(state_);
  if (const ui::Registry::Item* at = registry_.focused()) {
    const Box ring = at->box.inset(-2, -2);
    ui::add_outline(*ImGui::GetForegroundDrawList(), ring.min, ring.max, ui::u32(ui::colors::text), ui::em() * 0.3f, 2);
  }
  draw_lesson_list(state_, *source_);
  if (state_.help) draw_help(state_);
  draw_note_dialog(state_);
  draw_open_dialog(state_, opener_);
  if (const int by = std::exchange(state_.zoom_steps, 0)) zoom_key(by > 0 ? '+' : '-');
  state_.hovered = state_.hovering;
  if (std::exchange(state_.recording_asked, false)) toggle_session();
  session_.note(seconds, state_, *source_);
  fulfil_wishes();
  try_what_if();
}

/// Scrolls to what a step of a lesson speaks of when it begins.
void App::reveal_lesson() {
  const Tutor& tutor = state_.tutor;
  const std::pair<int, int> step(tutor.lesson, tutor.step);
  if (std::exchange(lesson_step_, step) == step || tutor.lesson < 0) return;
  for (const std::string& name : state_.lessons[size_t(tutor.lesson)].steps[size_t(tutor.step)].highlights)
    if (!name.starts_with("panel.")) return registry_.reveal(name);
}

void App::move_keyboard() {
  registry_.press_focus(false);
  if (const int by = registry_.take_leaving()) return registry_.move_focus(by);
  if (ImGui::GetIO().WantTextInput || state_.help) return;
  if (ui::key_pressed(ImGuiKey_DownArrow)) registry_.move_focus(1);
  if (ui::key_pressed(ImGuiKey_UpArrow)) registry_.move_focus(-1);
  registry_.press_focus(ui::key_pressed(ImGuiKey_Enter, false));
  if (ui::key_pressed(ImGuiKey_Escape, false) && !state_.modal() && !ui::popup_open()) registry_.let_go();
}

void App::toggle_session() {
  if (session_.running()) {
    session_.stop();
    return state_.say("the session is written down");
  }
  try {
    std::filesystem::path file;
    for (int i = 1; file.empty() || std::filesystem::exists(file); ++i)
      file = fmt::format("exports/session-{}.scene", i);
    session_.start(file, state_, *source_);
    state_.say(fmt::format("everything you do is written into {} (V ends it)", file.string()));
  } catch (const std::exception& error) {
    state_.say(error.what());
  }
}

void App::begin_scene() {
  const auto [name, text] = std::exchange(state_.scene_asked, {});
  if (name.empty()) return;
  const auto [script, seconds] = std::pair(state_.script, state_.script_seconds);
  try {
    apply_scene(state_, *source_, text, name);
    // A session that is being played has all that this scene did.
    if (!script.empty()) state_.script = script, state_.script_seconds = seconds;
  } catch (const Error& error) {
    say_in_dialog(state_, error.what());
  }
}

void App::rest(double seconds) {
  if (source_->status() != RunStatus::training) return;
  const std::string why = rest_.reason(*source_, {state_.rest_on_plateau, state_.rest_on_battery}, seconds);
  if (why.empty()) return;
  source_->pause();
  state_.say(fmt::format("training paused: {} (T goes on)", why));
}

void App::update(double seconds) {
  let_go_of_unseen();
  begin_scene();
  rest(seconds);
  play_script(seconds, state_, *source_);
  state_.message_seconds -= seconds;
  if (state_.message_seconds <= 0) state_.message.clear();
  const RunHistory& history = source_->history();
  if (std::exchange(state_.thinnings, history.thinnings) < history.thinnings) {
    state_.playback.renumber(history.snapshot_at(state_.shown.step));
    if (!state_.compare.other) state_.compare.playback.renumber(history.snapshot_at(state_.compare.shown.step));
  }
  state_.bring_up_to_date(*source_, seconds);
  update_comparison();
}

void App::update_comparison() {
  Comparison& c = state_.compare;
  const Source& other = c.other ? *c.other : *source_;
  const RunHistory& history = other.history();
  const int count = history.snapshot_count();
  if (c.other && c.linked) {
    const double here = AxisMap(*source_, state_.curve_axis).at(state_.shown.step);
    c.playback.jump(history.snapshot_at(AxisMap(other, state_.curve_axis).step(here)), count);
  } else if (c.playback.mode() == Playback::Mode::following) {
    c.playback.jump(0, count);
  }
  c.playback.advance(0, count);
  c.shown.update(other, c.playback.index());
  c.columns.follow(c.shown.causal.ids);
}

void App::swap_compared() {
  Comparison& c = state_.compare;
  std::swap(state_.playback, c.playback);
  c.playback.jump(c.playback.index(), c.playback.index() + 1);  // B follows nothing by itself
  if (!c.other) return;
  std::replace(c.rivals.begin(), c.rivals.end(), c.other, source_);
  std::swap(source_, c.other);
  state_.shown = c.shown = {};
  begin_timeline();
  state_.curves = {};
  panels_ = make_panels();
}

void App::try_what_if() {
  Experiment wanted = state_.wanted();
  const int snapshot = state_.shown.index;
  if (snapshot < 0 || !wanted.changes_something() || !source_->can_generate()) return;
  wanted.tokens = source_->history().snapshots[size_t(snapshot)].threshold.tokens;
  // A run that trains has other weights with every snapshot.
  const auto& snapshots = source_->history().snapshots;
  if (wanted == state_.tried && state_.tried_at == snapshots.back().step) return;
  state_.tried = wanted;
  state_.tried_at = snapshots.back().step;
  source_->try_out(wanted);
}

/// Where it cannot be kept, the dialog has it still.
void App::keep_note(const std::string& text) {
  try {
    write_note(state_.timeline.notes, {state_.shown.step, text}, source_->recording());
  } catch (const std::exception& error) {
    state_.timeline.writing = true;
    state_.timeline.draft = text;
    state_.timeline.problem = error.what();
  }
}

void App::grant(const Wish& wish) {
  const Generation& text = source_->generation();
  const int size = int(text.text.size());
  const auto write = [&](const GenerateRequest& request) {
    state_.writing.follow();
    source_->generate(request);
  };
  switch (wish.kind) {
    case Wish::pause:
      source_->pause();
      break;
    case Wish::resume:
      source_->resume();
      break;
    case Wish::stop:
      source_->stop();
      for (Source* rival : state_.compare.rivals) rival->stop();
      break;
    case Wish::generate:
      write(state_.request);
      break;
    case Wish::go_on:
      write(text.go_on(state_.request, size, state_.request.max_tokens));
      break;
    case Wish::step:
      write(text.go_on(state_.request, size, size > 0));
      break;
    case Wish::clear:
      source_->forget_text();
      break;
    case Wish::write: {
      const int more = wish.value - (size - text.prompt_tokens());
      if (size == 0 || more > 0) write(text.go_on(state_.request, size, std::max(0, more)));
      break;
    }
    case Wish::keep:
      write(text.go_on(state_.request, std::max(1, wish.value), 0));
      break;
    case Wish::choose: {
      GenerateRequest chosen = text.go_on(state_.request, size, 0);
      chosen.kept.push_back(wish.value);
      write(chosen);
      break;
    }
    case Wish::stop_generating:
      source_->stop_generating();
      break;
    case Wish::record:
      source_->record();
      break;
    case Wish::train_step:
      source_->train_step();
      state_.playback.follow();  // to the snapshot of that step
      break;
    case Wish::watch:
      if (source_->tokenizer()) source_->watch({Watched::own, source_->tokenizer()->encode(state_.own_text)});
      state_.playback.follow();
      break;
    case Wish::watch_batches:
      source_->watch({Watched::batches});
      break;
    case Wish::watch_held_out:
      source_->watch({Watched::held_out});
      break;
    case Wish::note:
      check_input(!source_->recording().empty(), "note: this run has no recording to lie beside (open a run folder)");
      keep_note(wish.text);
      break;
    case Wish::swap:
      return swap_compared();
    case Wish::open:
    case Wish::train:
    case Wish::race:
      return open(wish);
  }
}

void App::fulfil_wishes() {
  for (const Wish& wish : std::exchange(state_.wishes, {})) {
    try {
      grant(wish);
    } catch (const std::exception& error) {
      state_.say(error.what());
    }
  }
  if (source_->generation().running) source_->adjust(state_.request);
  if (ImGui::IsAnyItemActive()) return;  // a slider counts once it is let go
  source_->set_lr_factor(state_.lr_factor);
  for (Source* rival : state_.compare.rivals) rival->set_lr_factor(state_.lr_factor);
}

void App::zoom_key(char key) {
  static constexpr float levels[] = {0.5f, 0.67f, 0.8f, 0.9f, 1, 1.1f, 1.25f, 1.5f, 1.75f, 2, 2.5f, 3};
  const auto* at = std::min_element(std::begin(levels), std::end(levels), [&](float a, float b) {
    return std::abs(a - state_.zoom) < std::abs(b - state_.zoom);
  });
  if (key == '0') state_.zoom = 1;
  if (key == '+' && at + 1 != std::end(levels)) state_.zoom = at[1];
  if (key == '-' && at != std::begin(levels)) state_.zoom = at[-1];
}

bool App::animating() const {
  return state_.playback.playing() || state_.writing.playing() || source_->generation().running ||
         !state_.script.empty();
}

const Panel* App::panel(const std::string& name) const {
  const auto found = std::find_if(panels_.begin(), panels_.end(), [&](const auto& p) { return p->name() == name; });
  return found == panels_.end() ? nullptr : found->get();
}

std::string App::text(const std::string& name) {
  update(0);
  std::string out;
  for (const auto& panel : panels_) {
    if (!name.empty() && panel->name() != name) continue;
    out += fmt::format("{}== {} ==\n{}", out.empty() ? "" : "\n", panel->title(), panel->text(*source_, state_));
  }
  if (name.empty()) out += "\n== Time line ==\n" + timeline_text(*source_, state_);
  return out;
}

std::string App::csv(const std::string& name) const {
  std::string out;
  for (const auto& panel : panels_) {
    if (!name.empty() && panel->name() != name) continue;
    if (name.empty()) out += fmt::format("{}# {}\n", out.empty() ? "" : "\n", panel->name());
    out += tinymor::csv(panel->table(*source_, state_));
  }
  return out;
}

}  // namespace tinymor
