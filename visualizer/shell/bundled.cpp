#include "visualizer/shell/bundled.h"

#include "tensor/files.h"
#include "visualizer/lessons/lesson_file.h"

namespace tinymor {

void take_bundled(const std::filesystem::path& share, AppState& state) {
  std::error_code ignored;
  state.lessons = read_lessons(share / "lessons");
  for (const Lesson& lesson : state.lessons)
    if (!lesson.problem.empty()) state.say(lesson.problem);
  constexpr size_t longest_glossary = 1 << 20;
  if (const auto file = share / "glossary.md"; std::filesystem::exists(file, ignored))
    state.glossary = parse_glossary(read_file(file, longest_glossary));
  for (const auto& [name, folder] : {std::pair("Story", "first-runs"), {"Digits", "digits"}})
    if (const auto path = share / folder; std::filesystem::exists(path, ignored))
      state.open.presets.push_back({name, path.lexically_normal().string()});
}

}  // namespace tinymor
