#pragma once
// Where training text comes from: a data set that tinymor brings along, a text file, a folder of text files, or several
// of these.

#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/error.h"

namespace tinymor {

/// A data set that is generated, not loaded.
struct BundledDataSet {
  std::string name;
  std::string description;  ///< One line.
};

/// All of them, in the order in which they should be listed.
std::vector<BundledDataSet> bundled_data_sets();

/// At least `bytes` of text of the bundled data set `name`; a longer text begins with the
/// shorter one. The same text for the same seed on every machine. Throws InputError when there is no data set of that
/// name, and lists the names there are.
std::string make_data_set(const std::string& name, uint64_t seed, int64_t bytes);

/// `text` as texts are read here: without a byte order mark, and with "\n" for the line ends of Windows ("\r\n") and
/// old Macs ("\r").
std::string plain_text(std::string_view text);

/// Several sources as one: a line for each.
std::string joined_sources(const std::vector<std::string>& sources);

/// Whether every line of `source` names a bundled data set, or a file or folder that exists.
bool is_source(const std::string& source);

/// `source` in a form that means the same from any working directory.
std::string resolve_source(const std::string& source);

/// The lock of a folder that a process writes (trainer/loop/locked_folder.h): left out without a note.
inline constexpr const char* lock_file_name = ".lock";

struct Corpus {
  std::string text;
  std::vector<std::string>
      notes;  ///< For a folder, a line each: which files were read, and which were left out and why.
};

/// The text that `source` names, with a blank line between what its lines name. Each is a bundled data set (a megabyte
/// of it, always the same; write ./stories for a file of that name), a UTF-8 text file, or a folder whose text files
/// are read in the order of their paths, with a blank line between two. Of a file .jsonl, whose lines are JSON objects,
/// the "text" of each is a text. In a folder, anything that is hidden, empty, not text, a tokenizer, or the folder of a
/// model is left out. Texts are read as plain_text gives them. Throws InputError when `source` names nothing, or no
/// text.
Corpus read_corpus(const std::string& source);
/// Only its text.
std::string load_corpus(const std::string& source);

/// What `make`, which works on the text of `source`, returns. Throws InputError, naming `source`, when memory runs out
/// on the way.
template <class Make>
auto where_memory_lasts(const std::string& source, Make&& make) {
  try {
    return make();
  } catch (const std::bad_alloc&) {
    throw InputError(fmt::format("{}: takes more memory than there is (use a part of it)", source));
  }
}

}  // namespace tinymor
