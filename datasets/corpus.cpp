#include "datasets/corpus.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

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

/// No text file has a zero byte, and almost every other file has one.
bool is_text(std::string_view bytes) {
  return bytes.find('\0') == bytes.npos && is_utf8(bytes);
}

/// Why a file of a folder with these contents is not read; empty when it is.
std::string reason_to_leave_out(std::string_view bytes) {
  if (!is_utf8(bytes)) return "not UTF-8";
  if (!is_text(bytes)) return "not text";
  return is_blank(bytes) ? "empty" : "";
}

/// Adds a text after the others, a blank line between.
void append_text(std::string& texts, std::string text) {
  text.erase(text.find_last_not_of('\n') + 1);
  texts += texts.empty() ? text : "\n\n" + text;
}

/// The texts of a file of JSON objects, one on a line.
std::string texts_of_jsonl(const std::string& bytes, const std::string& name) {
  std::istringstream lines(bytes);
  std::string texts;
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (is_blank(line)) continue;
    const std::string where = fmt::format("{}:{}", name, number);
    const nlohmann::json object = parse_json(line, where, 64);
    const auto text = object.find("text");
    check_input(text != object.end(), "{}: has no \"text\" (every line of a .jsonl file is an object with one)", where);
    check_input(text->is_string(), "{}: its \"text\" is a {}, not a text (mend the line)", where, text->type_name());
    append_text(texts, plain_text(text->get<std::string>()));
  }
  return texts + "\n";
}

/// The text of a file with these bytes, which are UTF-8.
std::string text_of(const fs::path& file, const std::string& bytes) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return ending == ".jsonl" ? texts_of_jsonl(bytes, file.string()) : plain_text(bytes);
}

std::string load_file(const fs::path& file) {
  const std::string bytes = read_file(file);
  check_utf8(bytes, file.string());
  check_input(is_text(bytes), "{}: has zero bytes, so it is not a text (give a text file)", file.string());
  std::string text = text_of(file, bytes);
  check_input(!is_blank(text), "{}: empty (give a file with text in it)", file.string());
  return text;
}

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

Corpus read_folder(const fs::path& folder) {
  check_input(!holds_model(folder), "{}: is the folder of a model (name a folder of texts)", folder.string());
  Corpus corpus;
  Contents contents = contents_of(folder);
  std::vector<std::string> read;
  const auto name_of = [&](const fs::path& path) { return as_utf8(path.lexically_relative(folder).string()); };
  for (const fs::path& file : contents.files) {
    const std::string bytes = read_file(file);
    const std::string reason = reason_to_leave_out(bytes);
    if (!reason.empty()) {
      contents.left_out.emplace_back(file, reason);
      continue;
    }
    append_text(corpus.text, text_of(file, bytes));
    read.push_back(name_of(file));
  }
  std::sort(contents.left_out.begin(), contents.left_out.end());
  std::vector<std::string> left_out;
  for (const auto& [path, reason] : contents.left_out)
    left_out.push_back(fmt::format("{} ({})", name_of(path), reason));
  check_input(!read.empty(), "{}: no text in this folder{} (name a folder with UTF-8 text files)", folder.string(),
              left_out.empty() ? "" : "; left out " + named(left_out, folder));
  corpus.text += "\n";
  corpus.notes.push_back("data: read " + named(read, folder));
  if (!left_out.empty()) corpus.notes.push_back("data: left out " + named(left_out, folder));
  return corpus;
}

}  // namespace

std::vector<BundledDataSet> bundled_data_sets() {
  return {
      {"stories", "short stories in simple English, made by a grammar: names that recur, things left somewhere, sums"},
      {"puzzles", "sums and look-ups of one to three steps among easy sentences: which bytes are hard is known"}};
}

std::string make_data_set(const std::string& name, uint64_t seed, int64_t bytes) {
  check_input(is_bundled(name), "data set {}: not bundled (bundled: {})", cited(name), bundled_names());
  return name == "puzzles" ? make_puzzles(seed, bytes).text : make_stories(seed, bytes);
}

std::string plain_text(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      plain += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      plain += '\n';
    }
  }
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

Corpus read_one(const std::string& source) {
  if (is_bundled(source)) return {make_data_set(source, bundled_seed, bundled_bytes), {}};
  std::error_code ignored;
  check_input(fs::exists(source, ignored),
              "data source {}: no such file or folder, nor a bundled data set (bundled: {})", cited(source),
              bundled_names());
  return fs::is_directory(source, ignored) ? read_folder(source) : Corpus{load_file(source), {}};
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

Corpus read_corpus(const std::string& source) {
  const std::vector<std::string> lines = lines_of(source);
  if (lines.size() < 2) return read_one(lines.empty() ? "" : lines[0]);
  Corpus all;
  for (const std::string& line : lines) {
    Corpus one = read_one(line);
    append_text(all.text, std::move(one.text));
    all.notes.insert(all.notes.end(), one.notes.begin(), one.notes.end());
  }
  all.text += "\n";
  return all;
}

std::string load_corpus(const std::string& source) {
  return read_corpus(source).text;
}

}  // namespace tinymor
