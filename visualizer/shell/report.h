#pragma once
// What the panels show, without a picture: as plain text and as comma-separated values.

#include <string>

#include "visualizer/shell/export.h"

namespace tinymor {

/// Every panel and the time line, or the panel of this name alone, as plain text.
std::string text_report(const Panels& panels, const Source& source, const AppState& state, const std::string& name);
/// Every panel below its name, or the panel of this name alone, as comma-separated values.
std::string csv_report(const Panels& panels, const Source& source, const AppState& state, const std::string& name);

}  // namespace tinymor
