#include <algorithm>
#include <string_view>

#include "datasets/bpe_tokenizer.h"
#include "datasets/fingerprint.h"
#include "datasets/tokenizer_files.h"
#include "datasets/utf8.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

class CharTokenizer : public Tokenizer {
 public:
  /// `characters` ascend; the id of each is its index.
  explicit CharTokenizer(std::vector<std::string> characters) : characters_(std::move(characters)) {}

  int64_t vocab_size() const override { return static_cast<int64_t>(characters_.size()) + 1; }

  std::vector<int32_t> encode(const std::string& text) const override {
    check_utf8(text, "text");
    std::vector<int32_t> ids;
    ids.reserve(text.size());
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view character = rest.substr(0, character_length(rest));
      ids.push_back(id_of(character));
      rest.remove_prefix(character.size());
    }
    return ids;
  }

  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) {
      check_id(id);
      text += id == unknown() ? replacement_character : characters_[static_cast<size_t>(id)];
    }
    return text;
  }

  std::string piece(int32_t id) const override { return with_visible_controls(decode({&id, 1})); }

  size_t separable(std::string_view text) const override { return utf8_prefix(text); }
  uint64_t identity() const override { return fingerprint(file()); }

  void save(const std::filesystem::path& folder) const override {
    write_tokenizer_file(folder, tokenizer_json, file());
  }

  std::string tokenizers_json() const override {
    BpeFile file{.unknown = "<unk>"};
    for (const std::string& character : characters_) file.vocab[character] = id_of(character);
    file.vocab[file.unknown] = unknown();
    return file.text();
  }

  int32_t unknown() const override { return static_cast<int32_t>(characters_.size()); }

 private:
  std::string file() const {
    std::string all;
    for (const std::string& character : characters_) all += character;
    return tokenizer_json_text("char", all);
  }

  int32_t id_of(std::string_view character) const {
    const auto found = std::lower_bound(characters_.begin(), characters_.end(), character);
    if (found == characters_.end() || *found != character) return unknown();
    return static_cast<int32_t>(found - characters_.begin());
  }

  std::vector<std::string> characters_;
};

}  // namespace

std::unique_ptr<Tokenizer> train_char_tokenizer(const TextParts& text) {
  std::vector<bool> seen(n_code_points);
  text([&](std::string_view part) {
    check_utf8(part, "text");
    for (; !part.empty(); part.remove_prefix(character_length(part)))
      seen[code_point(part.substr(0, character_length(part)))] = true;
  });
  std::vector<std::string> characters;
  for (uint32_t point = 0; point < n_code_points; ++point)
    if (seen[point]) append_character(characters.emplace_back(), point);
  check_input(!characters.empty(), "text: empty, so there is no character to learn (give some text)");
  return std::make_unique<CharTokenizer>(std::move(characters));
}

std::unique_ptr<Tokenizer> train_char_tokenizer(const std::string& text) {
  return train_char_tokenizer([&](const auto& hear) { hear(text); });
}

}  // namespace tinymor
