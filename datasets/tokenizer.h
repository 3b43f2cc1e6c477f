#pragma once
// Text to token ids and back. Tokenizers behind one interface: bytes, characters, SentencePiece, and those that come
// with models of Hugging Face (datasets/bpe_tokenizer.h).
//
// Byte and SentencePiece tokenizers are exact: decode(encode(text)) == text, to the last space and newline. The
// character tokenizer is exact too, as long as all characters occurred in the text that it was trained on.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tinymor {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  virtual int64_t vocab_size() const = 0;
  /// The ids of a text. The byte tokenizer takes any bytes; the others throw InputError for text that is not UTF-8.
  virtual std::vector<int32_t> encode(const std::string& text) const = 0;
  /// The text of a sequence of ids. Throws InputError for an id outside the vocabulary. The bytes that a
  /// model writes may not be UTF-8; the id for "unknown" becomes U+FFFD.
  virtual std::string decode(std::span<const int32_t> ids) const = 0;
  /// One id as people read it: SentencePiece's own form ("▁the"), a character, or a byte. Control characters and bytes
  /// that are not characters are written "<0x0A>". Valid UTF-8 always. Throws InputError for an id outside the
  /// vocabulary.
  virtual std::string piece(int32_t id) const = 0;
  /// Of every id: the vocabulary.
  std::vector<std::string> pieces() const;
  /// The id for text that the tokenizer has no other id for, which a model should not write and is not judged by. -1
  /// where there is none.
  virtual int32_t unknown() const { return -1; }
  /// How many bytes at the beginning of `text` can be encoded by themselves: their ids and those of the rest, whatever
  /// follows `text`, are those of the whole. 0 where that cannot be said.
  virtual size_t separable(std::string_view /*text*/) const { return 0; }
  /// A number that tells it from tokenizers that give other ids (datasets/fingerprint.h).
  virtual uint64_t identity() const = 0;
  /// Writes tokenizer.model (SentencePiece) or tokenizer.json (the others) into `folder`, atomically, and removes the
  /// file of the other kind. Throws as write_file_atomically does.
  virtual void save(const std::filesystem::path& folder) const = 0;
  /// The text of a tokenizer.json with which Hugging Face's tokenizers library gives the same ids. Throws InputError,
  /// saying why, for a tokenizer from elsewhere that it cannot imitate.
  virtual std::string tokenizers_json() const = 0;

 protected:
  void check_id(int32_t id) const;
};

/// Every byte is a token: vocabulary 256, nothing to train, any input.
std::unique_ptr<Tokenizer> byte_tokenizer();

/// A text that is given in parts, none of which ends inside a character, and again whenever it is asked for.
using TextParts = std::function<void(const std::function<void(std::string_view)>& hear)>;

/// Every character (Unicode code point) of `text` is a token, in code-point order; one more id, the last, is for all
/// characters that were not seen. Throws InputError for text that is empty or not UTF-8.
std::unique_ptr<Tokenizer> train_char_tokenizer(const TextParts& text);
std::unique_ptr<Tokenizer> train_char_tokenizer(const std::string& text);

/// SentencePiece (byte-pair encoding) with `vocab_size` pieces trained on `text`, or fewer if the text does not give
/// that many, with byte fallback so that any text can be encoded: id 0 is "unknown", 1..256 are the bytes, then come
/// merged pieces and single characters. Control characters, newlines among them, are always bytes of their own. Same
/// text, same tokenizer. Throws InputError for text that is empty or not UTF-8.
std::unique_ptr<Tokenizer> train_sentencepiece(const TextParts& text, int64_t vocab_size);
std::unique_ptr<Tokenizer> train_sentencepiece(const std::string& text, int64_t vocab_size);

/// `text`, of `bytes` bytes, where it has at most `most`; of a longer one as much, in stretches of a megabyte that are
/// evenly spread over it. What a tokenizer learns from many megabytes it learns from these.
TextParts sample_of(TextParts text, int64_t bytes, int64_t most = 64 << 20);

/// The characters of `text` that `tokenizer` has no id for, as a sentence names them: "\"é\", \"ü\" and 3 more"; empty
/// when it knows them all. Throws as encode does.
std::string unknown_characters(const Tokenizer& tokenizer, const TextParts& text);
std::string unknown_characters(const Tokenizer& tokenizer, const std::string& text);

/// The tokenizer kept in a run folder, or beside a model of Hugging Face. Throws InputError when there is none or it is
/// damaged. tokenizer.model may come from elsewhere, as long as it is byte-pair encoding without a normalization table
/// (Llama's is); its token that begins a text is put before each where a tokenizer_config.json says so. Where
/// the tokenizers library has its own form of it beside it, that is read. One from elsewhere gets unused tokens until
/// it has `vocab_size`: a model's vocabulary may be rounded up.
std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& folder, int64_t vocab_size = 0);

}  // namespace tinymor
