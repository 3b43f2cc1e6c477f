#include "datasets/corpus.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>
#include <utility>

#include "datasets/fingerprint.h"
#include "datasets/hops.h"
#include "datasets/images.h"
#include "datasets/puzzles.h"
#include "datasets/stories.h"
#include "datasets/tokenizer_files.h"
#include "datasets/utf8.h"
#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/json.h"

namespace tinymor {
namespace {

namespace fs = std::filesystem;

constexpr int64_t bundled_bytes = 1'000'000;
constexpr uint64_t bundled_seed = 1;

bool is_bundled(const std::string& name) {
  const auto sets = bundled_data_sets();
  return std::any_of(sets.begin(), sets.end(), [&](const BundledDataSet& set) { return set.name == name; });
}

/// "stories, sums"
std::string bundled_names() {
  std::string names;
  for (const BundledDataSet& set : bundled_data_sets()) names += (names.empty() ? "" : ", ") + set.name;
  return names;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\n\r\f\v") == text.npos;
}

/// Of a file that is no text: why, in a word for lists.
struct NotText : InputError {
  NotText(const std::string& message, const char* why) : InputError(message), reason(why) {}
  const char* reason;
};

/// What was read as U+FFFD.
struct Replaced {
  int64_t places = 0, byte = 0, line = 0;  // the last two of the first place
};

using HearPart = std::function<void(std::string_view)>;

/// Hands on the bytes of a file as UTF-8, in whole characters. Returns what was replaced, which is nothing unless
/// `lossy`. Throws NotText.
Replaced read_utf8(const fs::path& file, bool lossy, const HearPart& hear) {
  Replaced replaced;
  std::string kept;  // the beginning of a character
  int64_t byte = 0, line = 1;
  bool blank = true;
  const auto take = [&](std::string_view text, bool last) {
    while (!text.empty()) {
      const std::string_view good = text.substr(0, utf8_prefix(text));
      if (good.find('\0') != good.npos)
        throw NotText(fmt::format("{}: has zero bytes, so it is not a text (give a text file)", file.string()),
                      "not text");
      blank = blank && is_blank(good);
      if (!good.empty()) hear(good);
      byte += int64_t(good.size());
      line += std::count(good.begin(), good.end(), '\n');
      text.remove_prefix(good.size());
      if (text.empty()) break;
      const BrokenCharacter broken = broken_character(text);
      if (broken.begun && !last) break;
      if (!lossy)
        throw NotText(fmt::format("{}: not UTF-8 at byte {}, which is in line {} (convert it to UTF-8, or read such "
                                  "bytes as U+FFFD with --lossy)",
                                  file.string(), byte, line),
                      "not UTF-8");
      if (replaced.places++ == 0) replaced = {1, byte, line};
      hear(replacement_character);
      byte += int64_t(broken.length);
      text.remove_prefix(broken.length);
      blank = false;
    }
    kept = text;
  };
  read_file_in_pieces(file, [&](std::string_view piece) {
    // The rest of a character that began in the piece before.
    while (!kept.empty() && !piece.empty()) {
      kept += piece[0];
      piece.remove_prefix(1);
      take(std::string(kept), false);
    }
    take(piece, false);
  });
  take(std::string(kept), true);
  if (blank) throw NotText(fmt::format("{}: empty (give a file with text in it)", file.string()), "empty");
  return replaced;
}

/// As plain_text, of a text that comes in parts.
class PlainText {
 public:
  explicit PlainText(const HearPart& hear) : hear_(hear) {}

  void add(std::string_view part) {
    if (std::exchange(first_, false) && part.starts_with(byte_order_mark)) part.remove_prefix(byte_order_mark.size());
    while (!part.empty()) {
      if (std::exchange(carriage_return_, false) && part[0] != '\n') hear_("\n");
      const size_t end = std::min(part.find('\r'), part.size());
      if (end > 0) hear_(part.substr(0, end));
      carriage_return_ = end < part.size();
      part.remove_prefix(end + carriage_return_);
    }
  }
  void end() {
    if (std::exchange(carriage_return_, false)) hear_("\n");
  }

 private:
  const HearPart& hear_;
  bool first_ = true, carriage_return_ = false;  // the last character so far
};

/// Hands on the texts of a file of JSON objects, one on a line.
class JsonLines {
 public:
  JsonLines(const fs::path& file, const HearText& hear) : file_(file), hear_(hear) {}

  void add(std::string_view part) {
    for (size_t end = part.find('\n'); end != part.npos; end = part.find('\n')) {
      line_ += part.substr(0, end);
      end_line();
      part.remove_prefix(end + 1);
    }
    line_ += part;
    check_input(line_.size() <= most_bytes, "{}:{}: a line of more than {} bytes (cut its text in several)",
                file_.string(), number_ + 1, most_bytes);
  }
  void end_line() {
    ++number_;
    const std::string line = std::exchange(line_, "");
    if (is_blank(line)) return;
    const std::string where = fmt::format("{}:{}", file_.string(), number_);
    const nlohmann::json object = parse_json(line, where, 64);
    const auto text = object.find("text");
    check_input(text != object.end(), "{}: has no \"text\" (every line of a .jsonl file is an object with one)", where);
    check_input(text->is_string(), "{}: its \"text\" is a {}, not a text (mend the line)", where, text->type_name());
    hear_(plain_text(text->get_ref<const std::string&>()), true);
  }

 private:
  static constexpr size_t most_bytes = size_t(1) << 28;

  const fs::path& file_;
  const HearText& hear_;
  std::string line_;
  int64_t number_ = 0;
};

bool is_jsonl(const fs::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return ending == ".jsonl";
}

/// Hands on the texts of a file.
Replaced read_texts(const fs::path& file, bool lossy, const HearText& hear) {
  if (is_jsonl(file)) {
    JsonLines lines(file, hear);
    const Replaced replaced = read_utf8(file, lossy, [&](std::string_view part) { lines.add(part); });
    lines.end_line();
    return replaced;
  }
  bool begins = true;
  const HearPart hear_part = [&](std::string_view part) { hear(part, std::exchange(begins, false)); };
  PlainText plain(hear_part);
  const Replaced replaced = read_utf8(file, lossy, [&](std::string_view part) { plain.add(part); });
  plain.end();
  return replaced;
}

/// Why a file of a folder is not read; empty when it is.
std::string reason_to_leave_out(const fs::path& file, bool lossy) {
  try {
    read_utf8(file, lossy, [](std::string_view) {});
    return "";
  } catch (const NotText& why) {
    return why.reason;
  }
}

/// Puts texts one after another with a blank line between, without the line ends at the end of each.
class Joiner {
 public:
  explicit Joiner(const HearText& hear) : hear_(hear) {}

  void add(std::string_view part, bool begins) {
    if (begins) {
      line_ends_ = 0;
      begins_ = true;
    }
    const size_t end = part.find_last_not_of('\n') + 1;
    if (end > 0) {
      if (begins_ && any_) hear_("\n\n", false);
      for (; line_ends_ > 0; --line_ends_) hear_("\n", std::exchange(begins_, false));
      hear_(part.substr(0, end), std::exchange(begins_, false));
      any_ = true;
    }
    line_ends_ += part.size() - end;
  }
  void end() { hear_("\n", false); }

 private:
  const HearText& hear_;
  bool any_ = false, begins_ = false;
  size_t line_ends_ = 0;  // of the text, which another part may follow
};

/// The contents of a folder: files to be read, in the order of their paths, and what is left out, with the reason.
struct Contents {
  std::vector<fs::path> files;
  std::vector<std::pair<fs::path, std::string>> left_out;
};

/// Whether `folder` has a model in it: that of a run, finished or just begun.
bool holds_model(const fs::path& folder) {
  const auto has = [&](const char* name) {
    std::error_code ignored;
    return fs::exists(folder / name, ignored);
  };
  return has("model.safetensors") || has("trainer.safetensors") ||
         (has("config.toml") && (has("metrics.jsonl") || has(tokenizer_json) || has(tokenizer_model)));
}

/// Why `entry` is not looked into; empty when it is.
std::string reason_to_pass_over(const fs::directory_entry& entry) {
  std::error_code ignored;  // a link that leads nowhere is not a regular file
  const std::string name = entry.path().filename().string();
  if (name.starts_with('.')) return "hidden";
  if (entry.is_directory(ignored)) {
    if (entry.is_symlink(ignored)) return "a link to a folder";
    return holds_model(entry.path()) ? "the folder of a model" : "";
  }
  if (name == tokenizer_json || name == tokenizer_model) return "a tokenizer";
  return entry.is_regular_file(ignored) ? "" : "not a file";
}

Contents contents_of(const fs::path& folder) {
  Contents contents;
  try {
    for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
      const std::string reason = reason_to_pass_over(*entry);
      if (!reason.empty()) {
        // The lock of a folder that is being written: perhaps by the run that reads these texts.
        if (entry->path().filename() != lock_file_name) contents.left_out.emplace_back(entry->path(), reason);
        entry.disable_recursion_pending();
      } else if (!entry->is_directory()) {
        contents.files.push_back(entry->path());
      }
    }
  } catch (const fs::filesystem_error& error) {
    throw InputError(fmt::format("{}: {} (make all of the folder readable)",
                                 (error.path1().empty() ? folder : error.path1()).string(), error.code().message()));
  }
  std::sort(contents.files.begin(), contents.files.end());
  return contents;
}

/// "3 files of FOLDER: a, b, c"; of many files only the first are named.
std::string named(const std::vector<std::string>& names, const fs::path& folder) {
  constexpr size_t most = 10;
  const size_t shown = std::min(names.size(), most), more = names.size() - shown;
  return fmt::format("{} of {}: {}{}", names.size(), as_utf8(folder.string()),
                     fmt::join(names.begin(), names.begin() + ptrdiff_t(shown), ", "),
                     more > 0 ? fmt::format(" and {} more", more) : "");
}

/// The texts of a folder; adds what is to be said about them to `notes`.
std::vector<fs::path> texts_in(const fs::path& folder, bool lossy, std::vector<std::string>& notes) {
  check_input(!holds_model(folder), "{}: is the folder of a model (name a folder of texts)", folder.string());
  Contents contents = contents_of(folder);
  std::vector<fs::path> texts;
  std::vector<std::string> read, left_out;
  const auto name_of = [&](const fs::path& path) { return as_utf8(path.lexically_relative(folder).string()); };
  for (const fs::path& file : contents.files) {
    const std::string reason = reason_to_leave_out(file, lossy);
    if (!reason.empty()) {
      contents.left_out.emplace_back(file, reason);
      continue;
    }
    texts.push_back(file);
    read.push_back(name_of(file));
  }
  std::sort(contents.left_out.begin(), contents.left_out.end());
  for (const auto& [path, reason] : contents.left_out)
    left_out.push_back(fmt::format("{} ({})", name_of(path), reason));
  check_input(!read.empty(), "{}: no text in this folder{} (name a folder with UTF-8 text files)", folder.string(),
              left_out.empty() ? "" : "; left out " + named(left_out, folder));
  notes.push_back("data: read " + named(read, folder));
  if (!left_out.empty()) notes.push_back("data: left out " + named(left_out, folder));
  return texts;
}

}  // namespace

std::vector<BundledDataSet> bundled_data_sets() {
  return {
      {"stories", "short stories in simple English, made by a grammar: names that recur, things left somewhere, sums"},
      {"puzzles", "sums and look-ups of one to three steps among easy sentences: which bytes are hard is known"},
      {"hops", "questions of one to three steps through a ring of letters, among easy sentences"}};
}

std::string make_data_set(const std::string& name, uint64_t seed, int64_t bytes) {
  check_input(is_bundled(name), "data set {}: not bundled (bundled: {})", cited(name), bundled_names());
  if (name == "puzzles") return make_puzzles(seed, bytes).text;
  return name == "hops" ? make_hops(seed, bytes) : make_stories(seed, bytes);
}

std::string plain_text(std::string_view text) {
  std::string plain;
  const HearPart append = [&](std::string_view part) { plain += part; };
  PlainText parts(append);
  parts.add(text);
  parts.end();
  return plain;
}

namespace {

std::vector<std::string> lines_of(const std::string& source) {
  std::vector<std::string> lines;
  std::istringstream in(source);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

/// "replaced 3 places ..." of a file, for people.
std::string replaced_note(const fs::path& file, const Replaced& replaced) {
  return fmt::format("data: {}: {} read as U+FFFD, because they are not UTF-8; the first is byte {}, in line {}",
                     as_utf8(file.string()),
                     replaced.places == 1 ? "1 place is" : fmt::format("{} places are", replaced.places), replaced.byte,
                     replaced.line);
}

}  // namespace

std::string joined_sources(const std::vector<std::string>& sources) {
  return fmt::format("{}", fmt::join(sources, "\n"));
}

bool is_source(const std::string& source) {
  const std::vector<std::string> lines = lines_of(source);
  return !lines.empty() && std::all_of(lines.begin(), lines.end(), [](const std::string& line) {
    std::error_code ignored;
    return is_bundled(line) || fs::is_regular_file(line, ignored) || fs::is_directory(line, ignored);
  });
}

std::string resolve_source(const std::string& source) {
  std::vector<std::string> lines = lines_of(source);
  for (std::string& line : lines)
    if (!is_bundled(line)) line = fs::absolute(line).lexically_normal().string();
  return joined_sources(lines);
}

Corpus::Corpus(std::string source, bool lossy) : source_(std::move(source)), lossy_(lossy) {
  std::vector<std::string> lines = lines_of(source_);
  if (lines.empty()) lines.push_back("");
  std::error_code ignored;
  for (const std::string& line : lines) {
    check_input(fs::exists(line, ignored) || !names_images(line),
                "data source {}: has images, not a text (use `tinymor images`)", cited(line));
    check_input(is_bundled(line) || fs::exists(line, ignored),
                "data source {}: no such file or folder, nor a bundled data set (bundled: {})", cited(line),
                bundled_names());
    if (!is_bundled(line) && fs::is_directory(line, ignored)) {
      const std::vector<fs::path> texts = texts_in(line, lossy, notes_);
      files_.insert(files_.end(), texts.begin(), texts.end());
      joined_ = true;
    } else {
      files_.emplace_back(line);
      joined_ = joined_ || lines.size() > 1 || (!is_bundled(line) && is_jsonl(line));
    }
  }
  bool blank = true;
  fingerprint_ = read_all(
      [&](std::string_view part, bool) {
        bytes_ += int64_t(part.size());
        characters_ += std::count_if(part.begin(), part.end(), [](char c) { return (c & 0xC0) != 0x80; });
        blank = blank && is_blank(part);
      },
      &notes_);
  check_input(!blank, "{}: has no text (give some)", source_);
}

uint64_t Corpus::read_all(const HearText& hear, std::vector<std::string>* notes) const {
  uint64_t print = tinymor::fingerprint("");
  const HearText hear_and_hash = [&](std::string_view part, bool begins) {
    print = tinymor::fingerprint(part, print);
    hear(part, begins);
  };
  Joiner joiner(hear_and_hash);
  const HearText hear_text = [&](std::string_view part, bool begins) {
    joined_ ? joiner.add(part, begins) : hear_and_hash(part, begins);
  };
  for (const fs::path& file : files_) {
    if (is_bundled(file.string())) {
      const std::string text = make_data_set(file.string(), bundled_seed, bundled_bytes);
      const bool documents = file == "hops";  // each line of it is one
      for (size_t at = 0, end; at < text.size(); at = end) {
        end = documents ? text.find('\n', at) + 1 : text.size();
        hear_text(std::string_view(text).substr(at, end - at), true);
      }
      continue;
    }
    const Replaced replaced = read_texts(file, lossy_, hear_text);
    if (notes && replaced.places > 0) notes->push_back(replaced_note(file, replaced));
  }
  if (joined_) joiner.end();
  return print;
}

void Corpus::read(const HearText& hear) const {
  check_input(read_all(hear) == fingerprint_, "{}: changed while it was read (start again once it stays as it is)",
              source_);
}

TextParts Corpus::parts() const {
  return [this](const auto& hear) { read([&](std::string_view part, bool) { hear(part); }); };
}

std::string Corpus::text() const {
  std::string text;
  text.reserve(size_t(bytes_));
  read([&](std::string_view part, bool) { text += part; });
  return text;
}

std::string load_corpus(const std::string& source) {
  return Corpus(source).text();
}

}  // namespace tinymor
