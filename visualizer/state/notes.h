#pragma once
// Notes that a person writes on the time line. They have a file of their own beside the recording, which stays as the
// run wrote it. Each line is a note: the step and the text.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tinymor {

struct Note {
  int64_t step = 0;
  std::string text;
};

/// The notes of a recording, by step; none without a file. Other lines are skipped.
std::vector<Note> read_notes(const std::filesystem::path& recording);
/// Puts a note at its step, where it replaces an older one; an empty text deletes it. Throws Error when the file cannot
/// be written.
void write_note(std::vector<Note>& notes, const Note& note, const std::filesystem::path& recording);

}  // namespace tinymor
