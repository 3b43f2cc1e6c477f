#include "visualizer/state/notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "tensor/files.h"
#include "tensor/number.h"
#include "visualizer/state/settings.h"

namespace tinymor {
namespace {

constexpr size_t longest_file = 1 << 20, most_notes = 1000;

std::filesystem::path file_of(const std::filesystem::path& recording) {
  return recording.string() + ".notes";
}

}  // namespace

std::vector<Note> read_notes(const std::filesystem::path& recording) {
  std::vector<Note> notes;
  std::error_code ignored;
  if (recording.empty() || !std::filesystem::is_regular_file(file_of(recording), ignored)) return notes;
  for_each_line(read_file(file_of(recording), longest_file), "notes", [&](std::string_view line) {
    const auto step = take_number<int64_t>(line);
    const std::string_view text = trimmed(line);
    if (step && *step >= 0 && !text.empty() && notes.size() < most_notes) notes.push_back({*step, std::string(text)});
  });
  return notes;
}

void write_note(std::vector<Note>& notes, const Note& note, const std::filesystem::path& recording) {
  read_notes(recording);  // throws where there is something unreadable, which would be lost
  std::vector<Note> changed = notes;
  std::erase_if(changed, [&](const Note& old) { return old.step == note.step; });
  if (!trimmed(note.text).empty()) changed.push_back(note);
  std::sort(changed.begin(), changed.end(), [](const Note& a, const Note& b) { return a.step < b.step; });
  std::string file;
  for (const Note& n : changed) file += fmt::format("{} {}\n", n.step, n.text);
  write_file_atomically(file_of(recording), file);
  notes = std::move(changed);
}

}  // namespace tinymor
