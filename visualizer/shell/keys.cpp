#include "visualizer/shell/keys.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "visualizer/lessons/tutor.h"
#include "visualizer/runs/axis.h"
#include "visualizer/shell/note_dialog.h"
#include "visualizer/shell/workspace.h"

namespace tinymor {
namespace {

void step_token(const Source& source, AppState& state, int by) {
  const TokenRef from = state.pinned.value_or(TokenRef{Subject::watched, by > 0 ? -1 : 0});
  const SeenImage* image = state.told_image(source);
  const int count = image ? int(image->depth.size()) : state.shown.text(from.subject, state.rule).size();
  state.span.reset();
  if (count > 0) state.pinned = TokenRef{from.subject, std::clamp(from.token + by, 0, count - 1)};
}

/// Marks one token more or less, beginning with the pinned one.
void mark_token(AppState& state, int by) {
  const int count = state.shown.text(Subject::watched, state.rule).size();
  if (count == 0) return;
  const bool pinned = state.pinned && state.pinned->subject == Subject::watched;
  const int from = pinned ? state.pinned->token : 0;
  const auto [first, last] = state.span.value_or(std::pair(from, from));
  state.span = std::pair(first, std::clamp(last + by, first, count - 1));
  state.pinned.reset();
}

void move_token(const Source& source, AppState& state, int letter) {
  const int by = std::string_view(".>:").find(char(letter)) == std::string_view::npos ? -1 : 1;
  if (letter == ',' || letter == '.')
    step_token(source, state, by);
  else
    mark_token(state, by);
}

/// Does what the wheel does, around what is shown.
void turn_zooms(const Source& source, AppState& state, double notches) {
  const RunHistory& history = source.history();
  const auto turn = [&](Zoom& zoom, double place, double least) {
    zoom.turn(notches, std::clamp((place - zoom.from) / zoom.width(), 0.0, 1.0), least);
  };
  const AxisMap axis(source, state.curve_axis);
  const double end = axis.at(history.last_step());
  turn(state.curves.zoom, end > 0 ? axis.at(state.shown.step) / end : 0.5, 0.01);
  turn(state.timeline.zoom, double(state.shown.step) / double(std::max<int64_t>(1, history.last_step())), 0.01);
  for (const Subject subject : {Subject::watched, Subject::generated}) {
    const int tokens = state.shown.text(subject, state.rule).size();
    const bool pinned = state.pinned && state.pinned->subject == subject;
    const double middle_or_newest = subject == Subject::watched ? 0.5 : 1;
    const double place = pinned ? (state.pinned->token + 0.5) / tokens : middle_or_newest;
    if (tokens > 0) turn(state.columns_of(subject), place, std::min(1.0, 8.0 / tokens));
  }
  if (state.calls.calls > 0) turn(state.calls, state.calls.to, std::min(1.0, 8.0 / state.calls.calls));
}

void look_closer(const Source& source, AppState& state, int letter) {
  if (letter != '0') return turn_zooms(source, state, letter == '+' ? 1 : -1);
  state.curves.zoom = state.timeline.zoom = {};
  state.columns = state.written = {};
  state.calls.from = 0, state.calls.to = 1;
}

/// Begins a loop, ends it, or removes it.
void mark_loop(const Source&, AppState& state, int) {
  Playback& playback = state.clocked();
  const int here = playback.index();
  if (here < 0) return;
  if (!playback.loop)
    playback.loop = std::pair(here, here);
  else if (playback.loop->first == playback.loop->second && playback.loop->first != here)
    playback.loop = std::minmax(int(playback.loop->first), here);
  else
    playback.loop.reset();
}

void mark_here(const Source& source, AppState& state, int) {
  if (state.shown.any()) mark_compared(source, state, AxisMap(source, state.curve_axis).at(state.shown.step));
}

void toggle_training(const Source& source, AppState& state, int) {
  if (source.steerable()) state.wishes.push_back({is_paused(source.status()) ? Wish::resume : Wish::pause});
}

void train_steps(const Source& source, AppState& state, int letter) {
  if (source.steerable()) state.wishes.insert(state.wishes.end(), letter == 'Y' ? 10 : 1, {Wish::train_step});
}

/// Whether the story is what is looked at.
bool shows_story(const AppState& state) {
  return state.maximised == "loop" || (state.maximised.empty() && state.page == "Loop");
}

void pin_or_play_story(const Source&, AppState& state, int) {
  if (shows_story(state)) return state.story.toggle();
  if (state.selected()) state.toggle_pin(*state.selected());
}

void choose_attention(const Source&, AppState& state, int letter) {
  if (letter == '[')
    state.attention_head = std::max(0, state.attention_head - 1);
  else if (letter == ']')
    state.attention_head = std::min(63, state.attention_head + 1);
  else
    state.attention_row = letter - '1';
}

void play_or_turn_lesson(const Source& source, AppState& state, int) {
  if (state.at_pad) return;
  if (state.tutor.lesson >= 0)
    turn_lesson(state, source, 1);
  else if (shows_story(state))
    state.story.step(state.story.event + 1);
  else
    state.clocked().toggle(state.places(source));
}

void move_time(const Source& source, AppState& state, int which) {
  const int stride = ImGui::GetIO().KeyShift ? 10 : 1;
  if (!state.at_gap) state.clocked().step(which == 0 ? -stride : stride, state.places(source));
}

void go_to_end(const Source& source, AppState& state, int which) {
  if (which == 0)
    state.clocked().jump(0, state.places(source));
  else
    state.clocked().follow();
}

void turn_page(const Source& source, AppState& state, int which) {
  turn_to_page(state, neighbour(current_pages(source, state), state.page, which == 0 ? -1 : 1));
}

/// Closes the topmost dialog.
void close_dialog(AppState& state) {
  if (state.help)
    state.help = false;
  else if (state.tutor.choosing)
    state.tutor.choosing = false;
  else if (state.open.dialog != Dialog::none)
    state.open.dialog = Dialog::none;
  else
    state.timeline.writing = false;
}

void let_go(const Source&, AppState& state, int) {
  if (state.pinned || state.span || state.served_text >= 0) {
    state.pinned.reset();
    state.span.reset();
    state.served_text = -1;
  } else if (state.mark_compared) {
    state.mark_compared = false;
    state.compare.linked = true;
  } else if (!state.maximised.empty()) {
    state.maximised.clear();
  } else {
    state.tutor = {};
  }
}

constexpr ImGuiKey no_key = ImGuiKey(-1);  // version 1.86 has no name for it
using NamedKeys = std::array<ImGuiKey, 2>;

/// What keys do. `which` is the letter that was typed, or the place among the named keys.
using Act = void (*)(const Source& source, AppState& state, int which);

/// One row of the help.
struct Key {
  const char *shown, *does;
  std::string_view letters = {};  ///< Typed; a small letter stands for its capital, too.
  Act act = nullptr;
  const char* control = "";  ///< The control that it presses: hidden with it.
  NamedKeys named = {no_key, no_key};
  bool repeats = false;  ///< While a named key is held.
};

constexpr Key named_key(const char* shown, const char* does, Act act, NamedKeys named, bool repeats = false) {
  return {shown, does, "", act, "", named, repeats};
}

void next_rule(const Source& source, AppState& state, int) {
  const int count = rule_choices(source, state), lit = std::min(int(state.rule), count - 1);
  state.rule = RuleView((lit + 1) % count);
}

void toggle_lesson_list(const Source&, AppState& state, int) {
  state.tutor.choosing = !state.tutor.choosing;
}

void note_here(const Source& source, AppState& state, int) {
  begin_note(source, state);
}

void choose_run(const Source&, AppState& state, int) {
  state.open.dialog = Dialog::open;
}

void show_comparison(const Source&, AppState& state, int) {
  state.show = "compare";
}

/// What F and S act on: the panel that fills the window, that with the keyboard, that under the mouse, or the first.
std::string meant_panel(const Source& source, const AppState& state) {
  for (const std::string& panel : {state.maximised, state.panel_at_keyboard, state.panel_under_mouse})
    if (!panel.empty()) return panel;
  return page_of(current_pages(source, state), state.page, source.history().of_images()).tiles.front().panel;
}

void fill_window(const Source& source, AppState& state, int) {
  state.maximised = state.maximised.empty() ? meant_panel(source, state) : "";
}

void save_panel(const Source& source, AppState& state, int) {
  state.exporting = meant_panel(source, state);
}

void toggle_session(const Source&, AppState& state, int) {
  state.session_asked = true;
}

void toggle_theme(const Source&, AppState& state, int) {
  state.theme = other_theme(state.theme);
}

void toggle_help(const Source&, AppState& state, int) {
  state.help = !state.help;
}

constexpr Key all_keys[] = {
    {"Drag", "mark a part of the text; move a gap between panels; with Shift on the time line: a loop"},
    {"Wheel", "zoom curves, time line, grid, cache, lens, attention; a double click shows all again"},
    {"Right button", "dragged over a part of the curves: closer to it"},
    named_key("Space", "play the time line, or pause; on the page Loop: the next event, Backspace the one before",
              play_or_turn_lesson, {ImGuiKey_Space, no_key}),
    named_key("Left, Right", "previous, next place of the time line (with Shift: ten)", move_time,
              {ImGuiKey_LeftArrow, ImGuiKey_RightArrow}, true),
    named_key("Home, End", "the first place; follow the newest", go_to_end, {ImGuiKey_Home, ImGuiKey_End}),
    {",  .", "previous, next token (with Shift: mark from here on, more or less)", ",.<;>:", move_token},
    {"+  -  0", "closer, farther, all: curves and time line at this step, columns at the pinned or newest token", "+-0",
     look_closer},
    {"A", "a loop begins here; again: ends here; again: no loop", "a", mark_loop},
    {"M", "B at this step: of this run, or of the run that is B", "m", mark_here},
    {"R", "next rule: training, causal, difference", "r", next_rule},
    {"L", "lessons; in one: Space goes on, Backspace goes back", "l", toggle_lesson_list, "learn"},
    {"N", "write a note at this step", "n", note_here},
    {"O", "open another run, or train a new one", "o", choose_run, "open"},
    {"T", "pause or resume training (live runs)", "t", toggle_training, "train.pause"},
    {"Y", "one training step while paused (with Shift: ten)", "y", train_steps, "train.step"},
    {"P", "pin the token that is pointed at, or let it go; on the page Loop: play", "p", pin_or_play_story},
    {"Double click", "on a token of the strip: what does it predict after each recursion?"},
    {"1 to 9, [ ]", "attention of that recursion; previous, next head", "123456789[]", choose_attention},
    {"C", "compare", "c", show_comparison},
    {"Tab, Up, Down, Enter", "next, previous control; press it, type into it; Left, Right move a gap"},
    {"Arrows, Space", "at the pad of the page Loop: move the pen; put it down, lift it (Tab leaves the pad)"},
    named_key("Page Up, Page Down", "previous, next page", turn_page, {ImGuiKey_PageUp, ImGuiKey_PageDown}, true),
    {"F", "the panel with the keyboard, or under the mouse, or the first, fills the window, and back", "f",
     fill_window},
    {"S", "save that panel as SVG, PNG and CSV, into the folder exports", "s", save_panel},
    named_key("Esc", "close dialog or menu; let go of token, mark, panel; leave the lesson", let_go,
              {ImGuiKey_Escape, no_key}),
    {"Ctrl +  -  0", "larger, smaller, 100 %"},
    {"D", "dark ground, or light for lit rooms", "d", toggle_theme, "theme"},
    {"V", "write down what is done, as a scene that plays it again; V ends it", "v", toggle_session},
    {"F11, Ctrl Q", "the whole screen, and back; close the window"},
    {"H", "this help", "h?", toggle_help, "help"},
};

bool is_capital(ImWchar character) {
  return character >= 'A' && character <= 'Z';
}

void typed(ImWchar character, const Source& source, AppState& state) {
  const auto small = char(is_capital(character) ? character + ('a' - 'A') : character);
  for (const Key& key : all_keys)
    if (character < 0x80 && key.letters.find(small) != key.letters.npos && !state.hidden.contains(key.control))
      return key.act(source, state, character);
}

void pressed(const Source& source, AppState& state) {
  for (const Key& key : all_keys)
    for (int which = 0; which < 2; ++which)
      if (key.named[which] != no_key && ui::key_pressed(key.named[which], key.repeats)) key.act(source, state, which);
  if (!ui::key_pressed(ImGuiKey_Backspace, false)) return;
  if (state.tutor.lesson >= 0)
    turn_lesson(state, source, -1);
  else if (shows_story(state))
    state.story.step(state.story.event - 1);
}

void handle_dialog_keys(AppState& state) {
  if (ui::key_pressed(ImGuiKey_Escape, false)) return close_dialog(state);
  const auto is = [](ImWchar typed, char letter) { return (typed | 0x20) == letter; };
  for (const ImWchar character : ImGui::GetIO().InputQueueCharacters) {
    if (state.help)
      state.help = !is(character, 'h') && character != '?';
    else if (state.tutor.choosing)
      state.tutor.choosing = !is(character, 'l');
    else if (state.awaits_text)
      state.typed_ahead.push_back(character);
  }
  state.entered_ahead |= state.awaits_text && ui::key_pressed(ImGuiKey_Enter, false);
}

}  // namespace

std::vector<KeyHelp> key_help() {
  std::vector<KeyHelp> out;
  for (const Key& key : all_keys) out.push_back({key.shown, key.does});
  return out;
}

void give_typed_ahead(AppState& state) {
  ImGuiIO& io = ImGui::GetIO();
  if (io.WantTextInput)
    for (size_t i = 0; i < state.typed_ahead.size(); ++i)
      io.InputQueueCharacters.insert(io.InputQueueCharacters.begin() + ptrdiff_t(i), state.typed_ahead[i]);
  state.awaits_text &= state.modal() && !io.WantTextInput;
  if (!state.awaits_text) state.typed_ahead.clear();
  state.entered_ahead &= state.modal();
}

void handle_keys(const Source& source, AppState& state) {
  const ImGuiIO& io = ImGui::GetIO();
  if (ui::popup_open()) return;
  if (state.modal()) return handle_dialog_keys(state);
  if (io.WantTextInput) return;
  pressed(source, state);
  for (ImWchar character : io.InputQueueCharacters) {
    if (state.modal())
      state.typed_ahead.push_back(character);
    else
      typed(character, source, state);
  }
  state.awaits_text = !state.typed_ahead.empty();
  state.entered_ahead = state.awaits_text && ui::key_pressed(ImGuiKey_Enter, false);
}

void move_keyboard(ui::Registry& registry, const AppState& state) {
  registry.press_focus(false);
  if (const int by = registry.take_leaving()) return registry.move_focus(by);
  if (ImGui::GetIO().WantTextInput || state.help) return;
  const bool at_pad = registry.at_pad();  // where the arrows move the pen
  if (!at_pad && ui::key_pressed(ImGuiKey_DownArrow)) registry.move_focus(1);
  if (!at_pad && ui::key_pressed(ImGuiKey_UpArrow)) registry.move_focus(-1);
  if (const int by = ui::tab_pressed()) registry.move_focus(by);
  registry.press_focus(ui::key_pressed(ImGuiKey_Enter, false));
  if (ui::key_pressed(ImGuiKey_Escape, false) && !state.modal() && !ui::popup_open()) registry.let_go();
}

std::string panel_at_keyboard(const ui::Registry& registry) {
  const ui::Registry::Item* at = registry.focused();
  if (!at) return "";
  constexpr std::string_view prefix = "panel.";
  for (const auto& [name, item] : registry.items())
    if (name.starts_with(prefix) && item.visible && item.box.contains(at->box.center()))
      return name.substr(prefix.size());
  return "";
}

void draw_focus_ring(const ui::Registry& registry) {
  const ui::Registry::Item* at = registry.focused();
  if (!at) return;
  const Box ring = at->box.inset(-2, -2);
  ui::add_outline(*ImGui::GetForegroundDrawList(), ring.min, ring.max, ui::u32(ui::colors::text), ui::em() * 0.3f, 2);
}

void zoom_key(AppState& state, char key) {
  static constexpr float levels[] = {0.5f, 0.67f, 0.8f, 0.9f, 1, 1.1f, 1.25f, 1.5f, 1.75f, 2, 2.5f, 3};
  const auto* at = std::min_element(std::begin(levels), std::end(levels), [&](float a, float b) {
    return std::abs(a - state.zoom) < std::abs(b - state.zoom);
  });
  if (key == '0') state.zoom = 1;
  if (key == '+' && at + 1 != std::end(levels)) state.zoom = at[1];
  if (key == '-' && at != std::begin(levels)) state.zoom = at[-1];
}

bool take_entered_ahead(AppState& state) {
  return !state.awaits_text && std::exchange(state.entered_ahead, false);
}

}  // namespace tinymor
