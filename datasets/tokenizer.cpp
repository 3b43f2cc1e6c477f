#include "datasets/tokenizer.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "datasets/bpe_tokenizer.h"
#include "datasets/tokenizer_files.h"
#include "datasets/utf8.h"
#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/files.h"

namespace tinymor {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* json_format = "tinymor-tokenizer-1";

/// Far above the size of any tokenizer (Llama 3's is 2 MB), far below what would fill the memory.
constexpr uint64_t max_tokenizer_bytes = 64 << 20;

/// Whether the folder of a tokenizer.model says so. Where it does not, version 4 of transformers does it, and 5 does
/// not.
bool begins_texts(const fs::path& folder) {
  std::error_code ignored;
  const fs::path file = folder / tokenizer_config_json;
  if (!fs::is_regular_file(file, ignored)) return false;
  const json document = json::parse(read_file(file, max_tokenizer_bytes), nullptr, /*allow_exceptions=*/false);
  return document.is_object() && document.value("add_bos_token", json()) == true;
}

std::unique_ptr<Tokenizer> tokenizer_from_json(const json& document, const std::string& name) {
  const auto field = [&](const char* key) -> std::string {
    if (!document.is_object() || !document.contains(key) || !document[key].is_string()) return "";
    return document[key].get<std::string>();
  };
  check_input(field("format") == json_format, "{}: damaged, or not a tokenizer of format {} (train it again)", name,
              json_format);
  if (field("type") == "byte") return byte_tokenizer();
  check_input(field("type") == "char", "{}: type {} is neither byte nor char (train it again)", name,
              cited(with_visible_controls(field("type"))));
  check_input(!field("characters").empty(), "{}: has no characters (train it again)", name);
  return train_char_tokenizer(field("characters"));
}

}  // namespace

std::vector<std::string> Tokenizer::pieces() const {
  std::vector<std::string> all;
  for (int64_t id = 0; id < vocab_size(); ++id) all.push_back(piece(int32_t(id)));
  return all;
}

void Tokenizer::check_id(int32_t id) const {
  check_input(id >= 0 && id < vocab_size(), "token {}: outside the vocabulary (ids are 0 to {})", id, vocab_size() - 1);
}

std::string unknown_characters(const Tokenizer& tokenizer, const std::string& text) {
  constexpr size_t most_named = 8;
  const auto has_unknown = [&](const std::string& some) {
    const std::vector<int32_t> ids = tokenizer.encode(some);
    return tokenizer.unknown() >= 0 && std::find(ids.begin(), ids.end(), tokenizer.unknown()) != ids.end();
  };
  if (!has_unknown(text)) return "";
  std::set<std::string> seen;
  std::vector<std::string> named;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string character(rest.substr(0, character_length(rest)));
    rest.remove_prefix(character.size());
    if (seen.insert(character).second && has_unknown(character))
      named.push_back("\"" + with_visible_controls(character) + "\"");
  }
  const size_t more = named.size() - std::min(named.size(), most_named);
  named.resize(named.size() - more);
  return fmt::format("{}{}", fmt::join(named, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

std::string tokenizer_json_text(const std::string& type, const std::string& characters) {
  json document = {{"format", json_format}, {"type", type}};
  if (!characters.empty()) document["characters"] = characters;
  return document.dump(2) + "\n";
}

void write_tokenizer_file(const fs::path& folder, const char* name, const std::string& bytes) {
  write_file_atomically(folder / name, bytes);
  std::error_code ignored;  // if it cannot be removed, load_tokenizer refuses the folder and says why
  fs::remove(folder / (name == std::string(tokenizer_json) ? tokenizer_model : tokenizer_json), ignored);
}

std::unique_ptr<Tokenizer> load_tokenizer(const fs::path& folder, int64_t vocab_size) {
  std::error_code ignored;
  const fs::path model = folder / tokenizer_model;
  const fs::path plain = folder / tokenizer_json;
  const bool has_model = fs::exists(model, ignored);
  const bool has_plain = fs::exists(plain, ignored);
  check_input(has_model || has_plain,
              "{}: no tokenizer.model or tokenizer.json in it (name a run folder, or put its tokenizer back)",
              folder.string());
  if (has_plain) {
    const std::string text = read_file(plain, max_tokenizer_bytes);
    const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (is_of_tokenizers_library(document)) return bpe_tokenizer(text, plain.string(), vocab_size);
    check_input(
        !has_model,
        "{}: both tokenizer.model and tokenizer.json in it (remove the one that the model was not trained with)",
        folder.string());
    return tokenizer_from_json(document, plain.string());
  }
  return sentencepiece_from_bytes(read_file(model, max_tokenizer_bytes), model.string(), begins_texts(folder),
                                  vocab_size);
}

}  // namespace tinymor
