#pragma once
// Where training text comes from: a data set that tinymor brings along, a text file, a folder of text files, or several
// of these.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/tokenizer.h"
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

/// Hears a text in parts, in order. No part ends inside a character. It is a megabyte long at most, or the text of one
/// line of JSON. `begins`: a document begins with it.
using HearText = std::function<void(std::string_view part, bool begins)>;

/// The text that a source names. It is read from its files part by part, whenever it is asked for, so that it may be
/// larger than the memory.
///
/// Each line of a source is a bundled data set (a megabyte of it, always the same; write ./stories for a file of that
/// name), a UTF-8 text file, or a folder whose text files are read in the order of their paths. Of a file .jsonl, whose
/// lines are JSON objects, the "text" of each is a text. In a folder, anything that is hidden, empty, not text, a
/// tokenizer, or the folder of a model is left out. Texts are read as plain_text gives them. Each line of the data set
/// `hops` is a document. Where there are several texts, each is a document: they are joined by blank lines, which
/// belong to the document before, and the last ends with a line end.
class Corpus {
 public:
  /// Reads it all once. `lossy`: bytes that are not UTF-8 are read as U+FFFD. Throws InputError when `source` names
  /// nothing, no text, or a text that is not UTF-8 unless `lossy`.
  explicit Corpus(std::string source, bool lossy = false);

  /// Throws InputError when the text is not what it was.
  void read(const HearText& hear) const;
  /// The same for those who do not ask where documents begin; this corpus must outlive it.
  TextParts parts() const;
  /// All of it.
  std::string text() const;

  const std::string& source() const { return source_; }
  int64_t bytes() const { return bytes_; }
  int64_t characters() const { return characters_; }
  uint64_t fingerprint() const { return fingerprint_; }  ///< Of the text (datasets/fingerprint.h).
  /// A line each: of a folder which files were read, and which were left out and why; what was read as U+FFFD.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  /// Returns the fingerprint of what is heard; notes what was read as U+FFFD.
  uint64_t read_all(const HearText& hear, std::vector<std::string>* notes = nullptr) const;

  std::string source_;
  bool lossy_;
  std::vector<std::filesystem::path> files_;  // or names of bundled data sets
  bool joined_ = false;                       // whether there may be several texts
  int64_t bytes_ = 0, characters_ = 0;
  uint64_t fingerprint_ = 0;
  std::vector<std::string> notes_;
};

/// Only the text of a source.
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
