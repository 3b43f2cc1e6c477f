#include "visualizer/shell/keys.h"

#include <algorithm>
#include <utility>

#include "visualizer/draw/ui.h"
#include "visualizer/lessons/tutor.h"
#include "visualizer/runs/axis.h"
#include "visualizer/shell/timeline.h"
#include "visualizer/state/layout.h"

namespace tinymor {
namespace {

constexpr KeyHelp all_keys[] = {
    {"Drag", "mark a part of the text; move a gap between panels; with Shift on the time line: a loop"},
    {"Wheel", "zoom curves, time line, grid, cache, lens, attention; a double click shows all again"},
    {"Right button", "dragged over a part of the curves: closer to it"},
    {"Space", "play the time line, or pause"},
    {"Left, Right", "previous, next place of the time line (with Shift: ten)"},
    {"Home, End", "the first place; follow the newest"},
    {",  .", "previous, next token (with Shift: mark from here on, more or less)"},
    {"+  -  0", "closer, farther, all: curves and time line at this step, columns at the pinned or newest token"},
    {"A", "a loop begins here; again: ends here; again: no loop"},
    {"M", "B at this step: of this run, or of the run that is B"},
    {"R", "next rule: training, causal, difference"},
    {"L", "lessons; in one: Space goes on, Backspace goes back"},
    {"N", "write a note at this step"},
    {"O", "open another run, or train a new one"},
    {"T", "pause or resume training (live runs)"},
    {"Y", "one training step while paused (with Shift: ten)"},
    {"P", "pin the token that is pointed at, or let it go"},
    {"Double click", "on a token of the strip: what does it predict after each recursion?"},
    {"1 to 9, [ ]", "attention of that recursion; previous, next head"},
    {"C", "compare"},
    {"Up, Down, Enter", "previous, next control; press it, type into it; Left, Right move a gap"},
    {"Page Up, Page Down", "previous, next page"},
    {"F", "the panel under the mouse fills the window, and back"},
    {"S", "save that panel as SVG, PNG and CSV, into the folder exports"},
    {"Esc", "close dialog or menu; let go of token, mark, panel"},
    {"Ctrl +  -  0", "larger, smaller, 100 %"},
    {"V", "write down what is done, as a scene that plays it again; V ends it"},
    {"F11, Ctrl Q", "the whole screen, and back; close the window"},
    {"H", "this help"},
};

void move_token(AppState& state, int by) {
  const TokenRef from = state.pinned.value_or(TokenRef{Subject::probe, by > 0 ? -1 : 0});
  const int count = state.shown.text(from.subject, state.rule).size();
  state.span.reset();
  if (count > 0) state.pinned = TokenRef{from.subject, std::clamp(from.token + by, 0, count - 1)};
}

/// Marks one token more or less, beginning with the pinned one.
void mark_token(AppState& state, int by) {
  const int count = state.shown.text(Subject::probe, state.rule).size();
  if (count == 0) return;
  const bool pinned = state.pinned && state.pinned->subject == Subject::probe;
  const int from = pinned ? state.pinned->token : 0;
  const auto [first, last] = state.span.value_or(std::pair(from, from));
  state.span = std::pair(first, std::clamp(last + by, first, count - 1));
  state.pinned.reset();
}

/// What the wheel does, at what is shown.
void look_closer(const Source& source, AppState& state, double notches) {
  const RunHistory& history = source.history();
  const auto turn = [&](Zoom& zoom, double place, double least) {
    zoom.turn(notches, std::clamp((place - zoom.from) / zoom.width(), 0.0, 1.0), least);
  };
  const AxisMap axis(source, state.curve_axis);
  const double end = axis.at(history.last_step());
  turn(state.curves.zoom, end > 0 ? axis.at(state.shown.step) / end : 0.5, 0.01);
  turn(state.timeline.zoom, double(state.shown.step) / double(std::max<int64_t>(1, history.last_step())), 0.01);
  for (const Subject subject : {Subject::probe, Subject::generated}) {
    const int tokens = state.shown.text(subject, state.rule).size();
    const bool pinned = state.pinned && state.pinned->subject == subject;
    const double place = pinned ? (state.pinned->token + 0.5) / tokens : subject == Subject::probe ? 0.5 : 1;
    if (tokens > 0) turn(state.columns_of(subject), place, std::min(1.0, 8.0 / tokens));
  }
}

/// Begins a loop, ends it, or lets go of it.
void mark_loop(Playback& playback) {
  const int here = playback.index();
  if (here < 0) return;
  if (!playback.loop)
    playback.loop = std::pair(here, here);
  else if (playback.loop->first == playback.loop->second && playback.loop->first != here)
    playback.loop = std::minmax(int(playback.loop->first), here);
  else
    playback.loop.reset();
}

void toggle_training(const Source& source, AppState& state) {
  if (source.steerable()) state.wishes.push_back({is_paused(source.status()) ? Wish::resume : Wish::pause});
}

void turn_page(const Source& source, AppState& state, int by) {
  state.page = neighbour(
      pages(arrangement(state.room(), ui::em()), {{0, 0}, state.room()}, ui::em(), source.history().of_images()),
      state.page, by);
  state.maximised.clear();
}

/// The dialog that lies on top.
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

void let_go(AppState& state) {
  if (state.pinned || state.span)
    state.pinned.reset(), state.span.reset();
  else if (state.mark_compared)
    state.mark_compared = false, state.compare.linked = true;
  else
    state.maximised.clear();
}

/// The control that a key stands for, whose being hidden takes the key away, too.
const char* control_of(ImWchar lower) {
  switch (lower) {
    case 'o':
      return "open";
    case 'l':
      return "learn";
    case 't':
      return "train.pause";
    case 'y':
      return "train.step";
    case 'h':
    case '?':
      return "help";
    default:
      return "";
  }
}

void typed(ImWchar character, const Source& source, AppState& state) {
  if (state.hidden.contains(control_of(character | 0x20))) return;
  if (character >= '1' && character <= '9') state.attention_row = character - '1';
  switch (character) {
    case '[':
      state.attention_head = std::max(0, state.attention_head - 1);
      return;
    case ']':
      state.attention_head = std::min(63, state.attention_head + 1);
      return;
    case 'c':
    case 'C':
      state.show = "compare";
      return;
    case 'p':
    case 'P':
      if (state.selected()) state.toggle_pin(*state.selected());
      return;
    case 'y':
    case 'Y':
      if (source.steerable()) state.wishes.insert(state.wishes.end(), character == 'Y' ? 10 : 1, {Wish::train_step});
      return;
    case ',':
      return move_token(state, -1);
    case '.':
      return move_token(state, 1);
    case '<':
    case ';':
      return mark_token(state, -1);
    case '>':
    case ':':
      return mark_token(state, 1);
    case '+':
    case '-':
      return look_closer(source, state, character == '+' ? 1 : -1);
    case '0':
      state.curves.zoom = state.timeline.zoom = {};
      state.columns = state.written = {};
      return;
    case 'a':
    case 'A':
      return mark_loop(state.clocked());
    case 'm':
    case 'M':
      if (state.shown.any()) mark_compared(source, state, AxisMap(source, state.curve_axis).at(state.shown.step));
      return;
    case 'n':
    case 'N':
      return begin_note(source, state);
    case 'o':
    case 'O':
      state.open.dialog = Dialog::open;
      return;
    case 'l':
    case 'L':
      state.tutor.choosing = !state.tutor.choosing;
      return;
    case 'r':
    case 'R':
      state.rule = RuleView((int(state.rule) + 1) % 3);
      return;
    case 't':
    case 'T':
      return toggle_training(source, state);
    case 'h':
    case 'H':
    case '?':
      state.help = !state.help;
      return;
    case 'v':
    case 'V':
      state.recording_asked = true;
      return;
    case 's':
    case 'S':
      state.exporting = state.maximised.empty() ? state.panel_under_mouse : state.maximised;
      return;
    case 'f':
    case 'F':
      state.maximised = state.maximised.empty() ? state.panel_under_mouse : "";
      return;
    default:
      return;
  }
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

std::span<const KeyHelp> key_help() {
  return all_keys;
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
  Playback& playback = state.clocked();
  const int count = state.places(source), stride = io.KeyShift ? 10 : 1;
  if (ui::key_pressed(ImGuiKey_LeftArrow) && !state.at_gap) playback.step(-stride, count);
  if (ui::key_pressed(ImGuiKey_RightArrow) && !state.at_gap) playback.step(stride, count);
  if (ui::key_pressed(ImGuiKey_Home, false)) playback.jump(0, count);
  if (ui::key_pressed(ImGuiKey_End, false)) playback.follow();
  const bool learning = state.tutor.lesson >= 0;
  if (ui::key_pressed(ImGuiKey_Space, false)) learning ? turn_lesson(state, source, 1) : playback.toggle(count);
  if (ui::key_pressed(ImGuiKey_Backspace, false) && learning) turn_lesson(state, source, -1);
  if (ui::key_pressed(ImGuiKey_PageUp)) turn_page(source, state, -1);
  if (ui::key_pressed(ImGuiKey_PageDown)) turn_page(source, state, 1);
  if (ui::key_pressed(ImGuiKey_Escape, false)) let_go(state);
  for (ImWchar character : io.InputQueueCharacters)
    state.modal() ? state.typed_ahead.push_back(character) : typed(character, source, state);
  state.awaits_text = !state.typed_ahead.empty();
  state.entered_ahead = state.awaits_text && ui::key_pressed(ImGuiKey_Enter, false);
}

bool take_entered_ahead(AppState& state) {
  return !state.awaits_text && std::exchange(state.entered_ahead, false);
}

}  // namespace tinymor
