#include "visualizer/shell/report.h"

#include <fmt/format.h>

#include "visualizer/shell/timeline.h"

namespace tinymor {

std::string text_report(const Panels& panels, const Source& source, const AppState& state, const std::string& name) {
  std::string out;
  for (const auto& panel : panels) {
    if (!name.empty() && panel->name() != name) continue;
    out += fmt::format("{}== {} ==\n{}", out.empty() ? "" : "\n", panel->title(), panel->text(source, state));
  }
  if (name.empty()) out += "\n== Time line ==\n" + timeline_text(source, state);
  return out;
}

std::string csv_report(const Panels& panels, const Source& source, const AppState& state, const std::string& name) {
  std::string out;
  for (const auto& panel : panels) {
    if (!name.empty() && panel->name() != name) continue;
    if (name.empty()) out += fmt::format("{}# {}\n", out.empty() ? "" : "\n", panel->name());
    out += csv(panel->table(source, state));
  }
  return out;
}

}  // namespace tinymor
