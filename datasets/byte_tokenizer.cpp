#include "datasets/bpe_tokenizer.h"
#include "datasets/fingerprint.h"
#include "datasets/tokenizer_files.h"
#include "datasets/utf8.h"

namespace tinymor {
namespace {

class ByteTokenizer : public Tokenizer {
 public:
  int64_t vocab_size() const override { return 256; }

  std::vector<int32_t> encode(const std::string& text) const override {
    std::vector<int32_t> ids;
    ids.reserve(text.size());
    for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
    return ids;
  }

  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) {
      check_id(id);
      text += static_cast<char>(id);
    }
    return text;
  }

  std::string piece(int32_t id) const override {
    check_id(id);
    const char c = static_cast<char>(id);
    return is_control(c) || id > 0x7F ? byte_name(c) : std::string(1, c);
  }

  size_t separable(std::string_view text) const override { return text.size(); }
  uint64_t identity() const override { return fingerprint(tokenizer_json_text("byte", "")); }

  void save(const std::filesystem::path& folder) const override {
    write_tokenizer_file(folder, tokenizer_json, tokenizer_json_text("byte", ""));
  }

  std::string tokenizers_json() const override {
    BpeFile file{.byte_level = true};
    for (int byte = 0; byte < 256; ++byte) file.vocab[byte_letter(static_cast<unsigned char>(byte))] = byte;
    return file.text();
  }
};

}  // namespace

std::unique_ptr<Tokenizer> byte_tokenizer() {
  return std::make_unique<ByteTokenizer>();
}

}  // namespace tinymor
