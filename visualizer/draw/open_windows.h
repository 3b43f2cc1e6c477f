#pragma once
// What ImGui complains about at the end of a frame.

#include <string>
#include <vector>

namespace tinymor::ui {

/// Ends the windows that were begun in this frame and not ended; returns one complaint of ImGui for each. Whatever else
/// is pushed and not popped fails an assertion of ImGui where its window ends. From ImGui 1.91.3 on open windows do,
/// too.
std::vector<std::string> end_open_windows();

}  // namespace tinymor::ui
