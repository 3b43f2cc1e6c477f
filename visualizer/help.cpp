#include "visualizer/help.h"

#include "visualizer/keys.h"
#include "visualizer/ui.h"

namespace tinymor {
namespace {

constexpr const char* about =
    "Every token runs through the shared block once or more often; a router decides how often. Its colour and the "
    "strokes "
    "below it say how many recursions were spent at the token to predict the next one.\n\n"
    "Two rules decide. The training rule takes the best-scored tokens of the whole text and so looks ahead. The causal "
    "rule "
    "takes a token by its own score and is what generation uses. The difference view shows where they disagree.\n\n"
    "Hover a token to see its scores in all panels, click to pin it.";

}  // namespace

void draw_help(AppState& state) {
  const float em = ui::em();
  ImGui::SetNextWindowFocus();
  if (ui::begin_dialog("##help", em * 44)) {
    ui::tag("help.window",
            {ImGui::GetWindowPos(),
             {ImGui::GetWindowPos().x + ImGui::GetWindowWidth(), ImGui::GetWindowPos().y + ImGui::GetWindowHeight()}});
    ui::label("tinymor: how deep each token thinks", ui::colors::text, ui::Font::bold);
    ImGui::Dummy({1, em * 0.2f});
    ui::paragraph(about, ui::colors::dim);
    ImGui::Dummy({1, em * 0.4f});
    for (const KeyHelp& key : key_help()) {
      ui::label(key.keys, ui::colors::accent);
      ImGui::SameLine(em * 10);
      ui::paragraph(key.does);
    }
    ImGui::Dummy({1, em * 0.4f});
    if (ui::button("help.close", "Close")) state.help = false;
  }
  ui::end_dialog();
}

}  // namespace tinymor
