#include "visualizer/draw/open_windows.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <cstdarg>
#include <cstdio>

namespace tinymor::ui {
namespace {

[[maybe_unused]] void note(void* complaints, const char* format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  static_cast<std::vector<std::string>*>(complaints)->push_back(text);
}

}  // namespace

std::vector<std::string> end_open_windows() {
  std::vector<std::string> complaints;
#if IMGUI_VERSION_NUM < 19130
  ImGui::ErrorCheckEndFrameRecover(note, &complaints);
#endif
  return complaints;
}

}  // namespace tinymor::ui
