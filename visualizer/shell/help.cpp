#include "visualizer/shell/help.h"

#include <algorithm>

#include "visualizer/draw/ui.h"
#include "visualizer/shell/keys.h"

namespace tinymor {
namespace {

constexpr const char* about =
    "Every token runs through the shared block once or more often; a router decides how often. Its colour, "
    "paler or darker, and the strokes below it say how many recursions were spent at the token to predict the next "
    "one.\n\n"
    "Two rules decide. The training rule takes the best-scored tokens of the whole text and so looks ahead. The causal "
    "rule takes a token by its own score and is what generation uses. The difference view shows where they "
    "disagree.\n\n"
    "Hover a token to see its scores in all panels, click to pin it. Point at a word that is underlined with dots to "
    "read what it means; the list below has them all.";

/// Every word that is underlined somewhere, for those who read on, or who have no mouse.
void draw_glossary(const std::vector<Term>& glossary) {
  if (glossary.empty()) return;
  const DataScope explained;
  ImGui::Dummy({1, ui::em() * 0.4f});
  ui::label("Words that are underlined with dots", ui::colors::text, ui::Font::bold);
  for (const Term& term : glossary) ui::paragraph(term.word + ": " + term.meaning, ui::colors::dim);
}

}  // namespace

void draw_help(AppState& state) {
  const float em = ui::em();
  ImGui::SetNextWindowFocus();
  if (ui::begin_dialog("##help", em * 88)) {
    ui::tag("help.window",
            {ImGui::GetWindowPos(),
             {ImGui::GetWindowPos().x + ImGui::GetWindowWidth(), ImGui::GetWindowPos().y + ImGui::GetWindowHeight()}});
    if (ui::dialog_title("help.close", "tinymor: how deep each token thinks")) state.help = false;
    ui::paragraph(about, ui::colors::dim);
    ImGui::Dummy({1, em * 0.4f});
    const int columns = std::max(1, int(ImGui::GetContentRegionAvail().x / (em * 40)));
    if (ImGui::BeginTable("keys", 2 * columns)) {
      for (int i = 0; i < columns; ++i) {
        ImGui::TableSetupColumn("keys", ImGuiTableColumnFlags_WidthFixed, em * 9.5f);
        ImGui::TableSetupColumn("what they do", ImGuiTableColumnFlags_WidthStretch);
      }
      for (const KeyHelp& key : key_help()) {
        ImGui::TableNextColumn();
        ui::paragraph(key.keys, ui::colors::accent);
        ImGui::TableNextColumn();
        ui::paragraph(key.does);
      }
      ImGui::EndTable();
    }
    draw_glossary(state.glossary);
    const int down = int(ui::key_pressed(ImGuiKey_DownArrow)) - int(ui::key_pressed(ImGuiKey_UpArrow));
    if (down != 0) ImGui::SetScrollY(ImGui::GetScrollY() + float(down) * em * 4);
  }
  ui::end_dialog();
}

}  // namespace tinymor
