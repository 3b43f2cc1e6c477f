#include "datasets/tokenizer.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

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

namespace {

bool has_unknown(const Tokenizer& tokenizer, const std::string& text) {
  const std::vector<int32_t> ids = tokenizer.encode(text);
  return tokenizer.unknown() >= 0 && std::find(ids.begin(), ids.end(), tokenizer.unknown()) != ids.end();
}

}  // namespace

std::string unknown_characters(const Tokenizer& tokenizer, const TextParts& text) {
  constexpr size_t most_named = 8;
  std::vector<bool> seen(n_code_points);
  std::vector<std::string> named;
  text([&](std::string_view part) {
    check_utf8(part, "text");
    while (!part.empty()) {
      const std::string_view character = part.substr(0, character_length(part));
      const uint32_t point = code_point(character);
      if (!seen[point] && has_unknown(tokenizer, std::string(character)))
        named.push_back("\"" + with_visible_controls(character) + "\"");
      seen[point] = true;
      part.remove_prefix(character.size());
    }
  });
  const size_t more = named.size() - std::min(named.size(), most_named);
  named.resize(named.size() - more);
  return fmt::format("{}{}", fmt::join(named, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

std::string unknown_characters(const Tokenizer& tokenizer, const std::string& text) {
  if (!has_unknown(tokenizer, text)) return "";
  return unknown_characters(tokenizer, [&](const auto& hear) { hear(text); });
}

TextParts sample_of(TextParts text, int64_t bytes, int64_t most) {
  if (bytes <= most) return text;
  constexpr int64_t kStretch = 1 << 20;
  const int64_t every = (bytes + most - 1) / most;  // stretches, of which the first is taken
  return [text = std::move(text), every](const std::function<void(std::string_view)>& hear) {
    int64_t at = 0;
    text([&](std::string_view part) {
      while (!part.empty()) {
        size_t length = std::min(part.size(), size_t(kStretch - at % kStretch));
        while (length < part.size() && (part[length] & 0xC0) == 0x80) ++length;  // to the end of a character
        if (at / kStretch % every == 0) hear(part.substr(0, length));
        at += int64_t(length);
        part.remove_prefix(length);
      }
    });
  };
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
