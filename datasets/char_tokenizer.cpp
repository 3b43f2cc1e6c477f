#include <algorithm>
#include <set>
#include <string_view>

#include "datasets/bpe_tokenizer.h"
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

  void save(const std::filesystem::path& folder) const override {
    std::string all;
    for (const std::string& character : characters_) all += character;
    write_tokenizer_file(folder, tokenizer_json, tokenizer_json_text("char", all));
  }

  std::string tokenizers_json() const override {
    BpeFile file{.unknown = "<unk>"};
    for (const std::string& character : characters_) file.vocab[character] = id_of(character);
    file.vocab[file.unknown] = unknown();
    return file.text();
  }

  int32_t unknown() const override { return static_cast<int32_t>(characters_.size()); }

 private:
  int32_t id_of(std::string_view character) const {
    const auto found = std::lower_bound(characters_.begin(), characters_.end(), character);
    if (found == characters_.end() || *found != character) return unknown();
    return static_cast<int32_t>(found - characters_.begin());
  }

  std::vector<std::string> characters_;
};

}  // namespace

std::unique_ptr<Tokenizer> train_char_tokenizer(const std::string& text) {
  check_utf8(text, "text");
  check_input(!text.empty(), "text: empty, so there is no character to learn (give some text)");
  std::set<std::string, std::less<>> seen;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view character = rest.substr(0, character_length(rest));
    if (!seen.contains(character)) seen.emplace(character);
    rest.remove_prefix(character.size());
  }
  return std::make_unique<CharTokenizer>(std::vector<std::string>(seen.begin(), seen.end()));
}

}  // namespace tinymor
