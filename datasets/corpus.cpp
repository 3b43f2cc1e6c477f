#include "datasets/corpus.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "datasets/puzzles.h"
#include "datasets/stories.h"
#include "datasets/utf8.h"
#include "tensor/error.h"
#include "tensor/files.h"

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

std::string load_file(const fs::path& file) {
  const std::string bytes = read_file(file);
  check_utf8(bytes, file.string());
  check_input(is_text(bytes), "{}: has zero bytes, so it is no text (give a text file)", file.string());
  std::string text = plain_text(bytes);
  check_input(!is_blank(text), "{}: empty (give a file with text in it)", file.string());
  return text;
}

/// All regular files below `folder` that are not hidden, nor in a hidden folder, in the order of their paths.
std::vector<fs::path> visible_files(const fs::path& folder) {
  std::vector<fs::path> files;
  try {
    for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
      const bool hidden = entry->path().filename().string().starts_with('.');
      if (hidden && entry->is_directory()) entry.disable_recursion_pending();
      std::error_code ignored;  // a link that leads nowhere is no regular file
      if (!hidden && entry->is_regular_file(ignored)) files.push_back(entry->path());
    }
  } catch (const fs::filesystem_error& error) {
    throw InputError(
        fmt::format("{}: {} (make all of the folder readable)", error.path1().string(), error.code().message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string load_folder(const fs::path& folder) {
  std::string all;
  for (const fs::path& file : visible_files(folder)) {
    const std::string bytes = read_file(file);
    if (!is_text(bytes) || is_blank(bytes)) continue;
    std::string text = plain_text(bytes);
    text.erase(text.find_last_not_of('\n') + 1);
    all += all.empty() ? text : "\n\n" + text;
  }
  check_input(!all.empty(), "{}: no text in this folder (name a folder with UTF-8 text files)", folder.string());
  return all + "\n";
}

}  // namespace

std::vector<BundledDataSet> bundled_data_sets() {
  return {
      {"stories", "short stories in simple English, made by a grammar: names that recur, things left somewhere, sums"},
      {"puzzles", "sums and look-ups of one to three steps among easy sentences: which bytes are hard is known"}};
}

std::string make_data_set(const std::string& name, uint64_t seed, int64_t bytes) {
  check_input(is_bundled(name), "data set \"{}\": not bundled (bundled: {})", name, bundled_names());
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

std::string resolve_source(const std::string& source) {
  return is_bundled(source) ? source : fs::absolute(source).lexically_normal().string();
}

std::string load_corpus(const std::string& source) {
  if (is_bundled(source)) return make_data_set(source, bundled_seed, bundled_bytes);
  std::error_code ignored;
  check_input(fs::exists(source, ignored),
              "data source \"{}\": no such file or folder, nor a bundled data set (bundled: {})", source,
              bundled_names());
  return fs::is_directory(source, ignored) ? load_folder(source) : load_file(source);
}

}  // namespace tinymor
