#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "visualizer/draw/fields.h"
#include "visualizer/draw/glyphs.h"
#include "visualizer/draw/ui.h"
#include "visualizer/shell/keys.h"
#include "visualizer/shell/top_bar.h"
#include "visualizer/shell/workspace.h"

namespace tinymor {
namespace {

/// A part of the bar and how wide it is.
struct Part {
  float width;
  std::function<void()> draw;
};

// As wide as the longest name, so that the bar does not move when a run is paused.
const char* badge_name(RunStatus status) {
  static constexpr const char* names[] = {"PREPARING", "LIVE",   "LIVE, pausing", "LIVE, paused",
                                          "FINISHED",  "FAILED", "RECORDING"};
  return names[int(status)];
}

Color badge_color(RunStatus status) {
  switch (status) {
    case RunStatus::training:
      return ui::colors::good;
    case RunStatus::failed:
      return ui::colors::warn;
    default:
      return ui::colors::dim;
  }
}

/// A click copies the command that trains the same run.
Part badge(const Source& source, AppState& state) {
  const std::string text = badge_name(source.status());
  const float em = ui::em(), width = text_size("LIVE, pausing", ui::Font::small).x + em * 2.2f;
  const Color color = badge_color(source.status());
  const std::string command = source.command();
  return {width, [=, &state] {
            const ImVec2 at = ImGui::GetCursorScreenPos();
            const float height = ImGui::GetFrameHeight();
            Canvas& canvas = window_canvas();
            canvas.rect({at, {at.x + width, at.y + height}}, ui::u32(color, 0.13), height / 2);
            canvas.circle({at.x + em * 0.8f, at.y + height / 2}, em * 0.25f, ui::u32(color));
            canvas.text({at.x + em * 1.5f, at.y + (height - text_size(text, ui::Font::small).y) / 2}, ui::u32(color),
                        text, ui::Font::small);
            const bool clicked = ui::area("top.badge", {width, height});
            if (command.empty()) return;
            ui::hint(("Click to copy: " + command).c_str());
            if (!clicked) return;
            ui::copy(command);
            state.say("copied: " + command);
          }};
}

Part title() {
  const float width = text_size("tinymor", ui::Font::bold).x;
  return {width, [] {
            ImGui::AlignTextToFramePadding();
            ui::label("tinymor", ui::colors::accent, ui::Font::bold);
          }};
}

/// For a window that has no room for all tabs: arrows, and the page's name, which opens a list.
Part page_menu(AppState& state, const std::vector<Page>& all) {
  const std::string name = neighbour(all, state.page, 0), label = name + " ...";
  const float gap = ImGui::GetStyle().ItemInnerSpacing.x;
  const float width = ui::button_width("<") + ui::button_width(label.c_str()) + ui::button_width(">") + 2 * gap;
  return {width, [=, &state, &all] {
            if (ui::button("page.previous", "<", true, "Previous page (Page Up)"))
              turn_to_page(state, neighbour(all, state.page, -1));
            ImGui::SameLine(0, gap);
            if (ui::button("page.menu", label.c_str(), true, "Lists all pages")) ImGui::OpenPopup("pages");
            ImGui::SameLine(0, gap);
            if (ui::button("page.next", ">", true, "Next page (Page Down)"))
              turn_to_page(state, neighbour(all, state.page, 1));
            if (!ui::begin_popup("pages")) return;
            // In columns, so that there is room for all.
            if (!ImGui::BeginTable("list", 2)) return ui::end_popup();
            for (size_t i = 0; i < all.size(); ++i) {
              ImGui::TableNextColumn();
              if (ui::menu_item("page." + std::to_string(i), all[i].name.c_str(), all[i].name == name))
                turn_to_page(state, all[i].name);
            }
            ImGui::EndTable();
            ui::end_popup();
          }};
}

Part page_tabs(AppState& state, const std::vector<Page>& all, float room) {
  std::vector<const char*> labels;
  int current = 0;
  for (const Page& page : all) {
    if (page.name == state.page) current = int(labels.size());
    labels.push_back(page.name.c_str());
  }
  if (!state.maximised.empty()) current = -1;
  if (ui::segmented_width(labels) > room) return page_menu(state, all);
  return {ui::segmented_width(labels), [=, &state, &all] {
            const int chosen = ui::segmented("page", labels, current, "Turns to the page");
            if (chosen != current) turn_to_page(state, all[chosen].name);
          }};
}

/// With the difference of the rules only where a panel of the page draws it.
Part rule_switch(const Source& source, AppState& state, bool brief, bool tight) {
  std::vector<const char*> labels = {brief ? "training" : "training rule", brief ? "causal" : "causal rule"};
  if (rule_choices(source, state) > 2) labels.push_back("difference");
  const ui::Hints hints{
      "Shows the tokens that recur by the training rule: the best scores of the whole text (top-k), which looks ahead",
      "Shows the tokens that recur by the causal rule: a token's own score decides, as in generation",
      "Shows where the two rules disagree"};
  const int lit = std::min(int(state.rule), int(labels.size()) - 1);
  const auto choose = [&state, lit](int pressed) {
    if (pressed != lit) state.rule = RuleView(pressed);
  };
  if (tight)
    return {ui::button_width(labels[size_t(lit)]), [=] {
              choose(ui::stepping("rule.next", labels, lit, false, hints));
              for (size_t i = 0; i < labels.size(); ++i) ui::tag("rule." + std::to_string(i));  // for lessons
            }};
  return {ui::segmented_width(labels), [=] { choose(ui::segmented("rule", labels, lit, hints)); }};
}

/// What steers a live run; stays together when the bar breaks into rows.
Part training_controls(const Source& source, AppState& state, bool brief) {
  const bool paused = is_paused(source.status());
  const std::string label = std::string(paused ? "Resume" : "Pause") + (brief ? "" : " training");
  const float slider = brief ? 0 : ui::em() * 7, gap = ImGui::GetStyle().ItemSpacing.x;
  const float buttons = ui::button_width(label.c_str()) + ui::button_width("Step") + ui::button_width("Stop");
  return {buttons + slider + gap * (brief ? 2 : 3), [=, &state] {
            if (ui::button("train.pause", label.c_str(), true, "Holds the training, or lets it go on (T)"))
              state.wishes.push_back({paused ? Wish::resume : Wish::pause});
            ImGui::SameLine();
            if (ui::button("train.step", "Step", paused, "One training step (Y; with Shift: ten)"))
              state.wishes.push_back({Wish::train_step});
            ImGui::SameLine();
            if (!brief && !ui::is_hidden("train.lr")) {
              ImGui::SetNextItemWidth(slider);
              ui::slider("train.lr", state.lr_factor, 0.01f, 100, "lr x %.2f", true);
              ui::hint("Times the learning rates of the schedule. If it is too large, the loss jumps");
              ImGui::SameLine();
            }
            if (ui::button("train.stop", "Stop", true, "Ends the run after this step and saves it"))
              state.wishes.push_back({Wish::stop});
          }};
}

Part zoom_and_help(AppState& state, bool tight) {
  const float gap = ImGui::GetStyle().ItemSpacing.x;
  const float middle = tight ? 0 : text_size("300 %", ui::Font::small).x + gap;
  const float width = ui::button_width("-") + ui::button_width("+") + ui::button_width("?") + middle +
                      ImGui::GetFrameHeight() * 1.25f + 3 * gap;
  return {width, [=, &state] {
            if (ui::button("zoom.out", "-", true, "Smaller (Ctrl -)")) zoom_key(state, '-');
            ImGui::SameLine();
            const ImVec2 at = ImGui::GetCursorScreenPos();
            if (!tight)
              text_right(window_canvas(), {at.x + middle - gap, at.y + ImGui::GetStyle().FramePadding.y * 1.3f},
                         ui::u32(ui::colors::dim), fmt::format("{:.0f} %", 100 * state.zoom), ui::Font::small);
            ImGui::SetCursorScreenPos({at.x + middle, at.y});
            if (ui::button("zoom.in", "+", true, "Larger (Ctrl +)")) zoom_key(state, '+');
            ImGui::SameLine();
            if (ui::icon_button("theme", ui::Icon::theme, true, false, "Dark or light ground (D)"))
              state.theme = other_theme(state.theme);
            ImGui::SameLine();
            if (ui::button("help", "?", true, "Explains keys, colours and words (H)")) state.help = !state.help;
          }};
}

// The row of each part.
std::vector<int> break_rows(const std::vector<Part>& parts, float width, float gap) {
  std::vector<int> rows;
  float x = 0;
  int row = 0;
  for (const Part& part : parts) {
    if (x > 0 && x + part.width > width) {
      x = 0;
      ++row;
    }
    rows.push_back(row);
    x += part.width + gap;
  }
  return rows;
}

}  // namespace

float draw_top_bar(const Source& source, AppState& state, ImVec2 window, const Opener& opener) {
  const float em = ui::em(), pad = em * 0.6f, row_height = ImGui::GetFrameHeight() + em * 0.35f;
  const Arrangement kind = arrangement(state.room(), em);
  const std::vector<Page> all = current_pages(source, state);
  const bool roomy = kind == Arrangement::wide || kind == Arrangement::normal, tight = is_tight(window, em);
  const float gap = em * (tight ? 0.4f : 0.9f);
  std::vector<Part> parts;
  if (kind == Arrangement::wide) parts.push_back(title());
  const size_t at_badge = parts.size();
  if (!tight || source.steerable()) parts.push_back(badge(source, state));
  if (all.size() > 1 || !state.maximised.empty()) parts.push_back(page_tabs(state, all, window.x - 2 * pad));
  if (!source.history().of_images() && source.geometry().routing == Routing::expert_choice)
    parts.push_back(rule_switch(source, state, !roomy || window.x < 100 * em, tight));
  if (opener.open)
    parts.push_back({ui::button_width("Open"), [&state] {
                       if (ui::button("open", "Open", true, "Opens another run, or trains a new one (O)"))
                         state.open.dialog = Dialog::open;
                     }});
  if (opener.link)
    parts.push_back({ui::button_width("Link"), [&state] {
                       if (ui::button("link", "Link", true, "Copies an address that opens what is seen now"))
                         state.link_asked = true;
                     }});
  if (!state.lessons.empty())
    parts.push_back({ui::button_width("Learn"), [&state] {
                       if (ui::button("learn", "Learn", true, "Lists the lessons (L)")) state.tutor.choosing = true;
                     }});
  if (source.steerable()) parts.push_back(training_controls(source, state, !roomy));
  parts.push_back(zoom_and_help(state, tight));

  std::vector<int> rows = break_rows(parts, window.x - 2 * pad, gap);
  // What a recording is called is worth no row of its own.
  if (rows.back() > 0 && !tight && source.status() == RunStatus::recording) {
    parts.erase(parts.begin() + ptrdiff_t(at_badge));
    rows = break_rows(parts, window.x - 2 * pad, gap);
  }
  const float height = float(rows.back() + 1) * row_height + em * 0.55f;
  if (ui::begin_bar("##top", {0, 0}, {window.x, height})) {
    float x = pad;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (i > 0 && rows[i] != rows[i - 1]) x = pad;
      // Zoom and help are at the right end.
      if (i + 1 == parts.size()) x = std::max(x, window.x - pad - parts[i].width);
      ImGui::SetCursorPos({std::floor(x), std::floor(em * 0.45f + float(rows[i]) * row_height)});
      parts[i].draw();
      x += parts[i].width + gap;
    }
  }
  ui::end_bar();
  return height;
}

}  // namespace tinymor
