#pragma once
// What a person writes beside the time line. Notes lie in a file of their own beside the recording, which stays as the
// run wrote it: a line each, the step and the text.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tinymor {

struct Note {
  int64_t step = 0;
  std::string text;
};

/// The notes of a recording, by step; none when there is no file. Lines that are no notes are passed over.
std::vector<Note> read_notes(const std::filesystem::path& recording);
/// Puts a note at its step in the place of one that was there; an empty text takes it away. Throws Error when the file
/// cannot be written.
void write_note(std::vector<Note>& notes, const Note& note, const std::filesystem::path& recording);

}  // namespace tinymor
