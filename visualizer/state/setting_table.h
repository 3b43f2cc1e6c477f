#pragma once
// Every setting with how it is read and set: the table behind settings.h. A new setting is a line in setting_table.cpp.

#include <functional>

#include "visualizer/state/settings.h"

namespace tinymor {

struct SettingEntry : Setting {
  std::function<std::string(const AppState&, const Source&)> get;
  /// False when the value is none; the state is untouched then.
  std::function<bool(AppState&, const Source&, const std::string&)> set;
};
const std::vector<SettingEntry>& setting_table();

}  // namespace tinymor
