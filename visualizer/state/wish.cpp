#include "visualizer/state/wish.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <iterator>
#include <string_view>

#include "tensor/number.h"
#include "visualizer/state/train_request.h"
#include "visualizer/state/words.h"

namespace tinymor {
namespace fs = std::filesystem;
namespace {

/// A kind of wish as text: its word, and what follows it.
struct Form {
  Wish::Kind kind;
  const char* word;
  const char* number = "";  ///< What its number is; empty: it has none.
  const char* text = "";    ///< What its text is; empty: it has none.
  bool names_file = false;  ///< The text may be the path of a file or folder.
  bool has_keys = false;    ///< Before the text there may be keys of a configuration, as "n_recursions=2".
  int most = INT_MAX;       ///< Its number, at most.

  bool has_number() const { return *number != 0; }
  bool has_text() const { return *text != 0; }
};

constexpr Form forms[] = {{Wish::pause, "pause"},
                          {Wish::resume, "resume"},
                          {Wish::stop, "stop"},
                          {Wish::generate, "generate"},
                          {Wish::go_on, "go_on"},
                          {Wish::step, "step"},
                          {Wish::clear, "clear"},
                          {Wish::write, "write", "COUNT", "", false, false, 100'000},  // as max_tokens
                          {Wish::keep, "keep", "COUNT"},
                          {Wish::choose, "choose", "ID"},
                          {Wish::branch, "branch", "NUMBER"},
                          {Wish::stop_generating, "stop_generating"},
                          {Wish::swap, "swap"},
                          {Wish::record, "record"},
                          {Wish::train_step, "train_step"},
                          {Wish::watch, "watch"},
                          {Wish::watch_batches, "watch_batches"},
                          {Wish::watch_held_out, "watch_held_out"},
                          {Wish::note, "note", "", "TEXT"},
                          {Wish::open, "open", "", "PATH", true},
                          {Wish::train, "train", "STEPS", "DATA", true, true},
                          {Wish::race, "race", "STEPS", "DATA", true, true},
                          {Wish::survey, "survey"},
                          {Wish::stop_survey, "stop_survey"}};

/// Null for an unknown word.
const Form* form_of(std::string_view word) {
  const auto* found = std::find_if(std::begin(forms), std::end(forms), [&](const Form& f) { return f.word == word; });
  return found == std::end(forms) ? nullptr : found;
}

}  // namespace

std::optional<Wish> parse_wish(std::string line) {
  std::string_view text = line;
  const Form* form = form_of(take_word(text));
  if (!form) return std::nullopt;
  Wish wish{form->kind};
  if (form->has_number()) {
    const std::optional<int> number = parse_number<int>(take_word(text));
    if (!number || *number < 0 || *number > form->most) return std::nullopt;
    wish.value = *number;
  }
  while (form->has_keys && is_key(first_word(text))) wish.keys.emplace_back(take_word(text));
  const bool may_be_empty = !form->has_text() || wish.kind == Wish::note;  // an empty note deletes the old one
  if (text.empty() ? !may_be_empty : !form->has_text()) return std::nullopt;
  wish.text = text;
  return wish;
}

std::string wish_words() {
  std::string out;
  for (const Form& form : forms) {
    if (!out.empty()) out += &form == std::end(forms) - 1 ? " or " : ", ";
    out += form.word;
    for (const char* what : {form.number, form.has_keys ? "[KEY=VALUE ...]" : "", form.text})
      if (*what) out += fmt::format(" {}", what);
  }
  return out;
}

std::string portable_path(const std::string& path, const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return path;
  const fs::path whole = fs::weakly_canonical(path, ignored), from = fs::weakly_canonical(folder, ignored);
  const bool together = std::next(whole.begin()) != whole.end() && std::next(from.begin()) != from.end() &&
                        *std::next(whole.begin()) == *std::next(from.begin());
  return (together ? whole.lexically_relative(from) : whole).string();
}

std::string wish_line(const Wish& wish, const fs::path& folder) {
  const Form& form =
      *std::find_if(std::begin(forms), std::end(forms), [&](const Form& f) { return f.kind == wish.kind; });
  std::string line = fmt::format("do {}", form.word);
  if (form.has_number()) line += fmt::format(" {}", wish.value);
  for (const std::string& key : wish.keys) line += " " + key;
  if (!form.has_text()) return line;
  const std::string text = form.names_file ? portable_path(wish.text, folder) : wish.text;
  const bool like_key = form.has_keys && is_key(first_word(text));  // a file of an odd name
  return line + (like_key ? " ./" : " ") + text;
}

std::string located(const std::string& line, const fs::path& folder) {
  std::string_view rest = line;
  if (take_word(rest) != "do") return line;
  const Form* form = form_of(take_word(rest));
  if (!form || !form->names_file) return line;
  std::string before;
  if (form->has_number()) before = std::string(take_word(rest)) + " ";
  while (form->has_keys && is_key(first_word(rest))) before += std::string(take_word(rest)) + " ";
  const fs::path path = folder / rest;
  std::error_code ignored;
  // What is trained on may be the name of a data set.
  if (rest.empty() || (form->kind != Wish::open && !fs::exists(path, ignored))) return line;
  return fmt::format("do {} {}{}", form->word, before, path.lexically_normal().string());
}

}  // namespace tinymor
