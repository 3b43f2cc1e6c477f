#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

#include "datasets/added_tokens.h"
#include "datasets/bpe_tokenizer.h"
#include "datasets/fingerprint.h"
#include "datasets/sentencepiece_model.h"
#include "datasets/tokenizer_files.h"
#include "datasets/utf8.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

/// U+2581, which means a space in pieces.
constexpr std::string_view space_symbol = "\xE2\x96\x81";

/// U+2585, which the library's trainer keeps for itself.
constexpr std::string_view reserved_symbol = "\xE2\x96\x85";

/// The bytes and "unknown".
constexpr int64_t n_fixed_pieces = 257;

/// One more piece, of the type CONTROL, at the end of a serialized model: field 1 of it, with text and type in its
/// fields 1 and 3. `text` is short.
std::string control_piece(const std::string& text) {
  const std::string inner = "\x0A" + std::string(1, char(text.size())) + text + "\x18\x03";
  return "\x0A" + std::string(1, char(inner.size())) + inner;
}

class SentencePieceTokenizer : public Tokenizer {
 public:
  /// Throws InputError, beginning with `name`, when `bytes` are not a usable model.
  SentencePieceTokenizer(const std::string& bytes, const std::string& name, bool begins, int64_t vocab_size)
      : bytes_(bytes), model_(check_sentencepiece_model(bytes, name)) {
    load(name);
    if (processor_.bos_id() < 0) return;  // trained here
    if (begins) begin_ = processor_.bos_id();
    const int64_t own = processor_.GetPieceSize();
    for (int64_t id = own; id < vocab_size; ++id) bytes_ += control_piece(fmt::format("<unused {}>", id));
    if (own < vocab_size) load(name);
    special_ = AddedTokens(special_pieces());
  }

  int64_t vocab_size() const override { return processor_.GetPieceSize(); }

  std::vector<int32_t> encode(const std::string& text) const override {
    check_utf8(text, "text");
    std::vector<int32_t> ids;
    if (begin_ >= 0) ids.push_back(begin_);
    special_.encode(text, ids,
                    [this](std::string_view part, bool, std::vector<int32_t>& out) { append_between(part, out); });
    return ids;
  }

  // Not the library's Decode: that one drops bytes that are not UTF-8 and puts a text in the place of "unknown".
  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) {
      check_id(id);
      if (processor_.IsByte(id)) {
        text += static_cast<char>(std::stoi(processor_.IdToPiece(id).substr(3, 2), nullptr, 16));
      } else if (processor_.IsUnknown(id)) {
        text += replacement_character;
      } else if (!processor_.IsControl(id)) {
        append_with_spaces(processor_.IdToPiece(id), text);
      }
    }
    return text;
  }

  std::string piece(int32_t id) const override {
    check_id(id);
    return with_visible_controls(processor_.IdToPiece(id));
  }

  size_t separable(std::string_view text) const override {
    return ends_at_newlines() && begin_ < 0 && special_.all().empty() ? text.rfind('\n') + 1 : 0;
  }
  uint64_t identity() const override { return fingerprint(bytes_, fingerprint(begin_ >= 0 ? "begins" : "")); }

  void save(const std::filesystem::path& folder) const override {
    write_tokenizer_file(folder, tokenizer_model, bytes_);
    if (begin_ >= 0) write_file_atomically(folder / tokenizer_config_json, "{\"add_bos_token\": true}\n");
  }

  // Pieces with spaces for the marks, so that a U+2581 of a text stays what it is: that has no piece then, and becomes
  // bytes, as in encode.
  std::string tokenizers_json() const override {
    check_input(!model_.has_user_pieces && !model_.trims_spaces,
                "tokenizer.model: has pieces of its own for some texts, or drops spaces, which the tokenizers library "
                "does in another way (use the model's folder as it came)");
    BpeFile file{.fuse_unknown = !model_.byte_fallback,
                 .byte_fallback = model_.byte_fallback,
                 .adds_prefix = model_.adds_prefix};
    for (int id = 0; id < processor_.GetPieceSize(); ++id) file.vocab[text_of(id)] = id;
    check_input(int(file.vocab.size()) == processor_.GetPieceSize(),
                "tokenizer.model: has pieces with spaces, which are told by marks (train the tokenizer again)");
    file.unknown = text_of(processor_.unk_id());
    if (begin_ >= 0) file.begin = text_of(begin_);
    for (const AddedToken& token : special_.all()) file.special.push_back(token.content);
    for (const auto& [left, right] : pairs()) file.merges.push_back({left, right});
    return file.text();
  }

  int32_t unknown() const override { return processor_.unk_id(); }

 private:
  void load(const std::string& name) {
    const auto status = processor_.LoadFromSerializedProto(bytes_);
    check_input(status.ok(), "{}: damaged: its pieces do not fit together (train the tokenizer again)", name);
  }

  /// A text in parts of some length that end with newlines, where no piece reaches over one: each can be encoded by
  /// itself.
  std::vector<std::string_view> parts_of(std::string_view text) const {
    constexpr size_t kLength = 1 << 16;
    std::vector<std::string_view> parts;
    while (ends_at_newlines() && text.size() > kLength) {
      const size_t newline = text.find('\n', kLength);
      if (newline == text.npos) break;
      parts.push_back(text.substr(0, newline + 1));
      text.remove_prefix(newline + 1);
    }
    parts.push_back(text);
    return parts;
  }

  /// Appends what becomes of a text between special pieces, its parts on all threads.
  void append_between(std::string_view text, std::vector<int32_t>& ids) const {
    const std::vector<std::string_view> parts = parts_of(text);
    std::vector<std::vector<int32_t>> part_ids(parts.size());
    parallel_for(int64_t(parts.size()), [&](int64_t i) { part_ids[size_t(i)] = encode_part(parts[size_t(i)]); });
    for (std::vector<int32_t>& some : part_ids) {
      ids.insert(ids.end(), some.begin(), some.end());
      some = {};
    }
  }

  std::vector<int32_t> encode_part(std::string_view rest) const {
    std::vector<int32_t> ids;
    while (!rest.empty()) {
      const size_t length = run_length(rest);
      append_run(rest.substr(0, length), ids);
      rest.remove_prefix(length);
      if (!rest.empty()) rest.remove_prefix(append_separator(rest, ids));
    }
    return ids;
  }

  bool keeps_text() const { return model_.byte_fallback && !model_.adds_prefix && !model_.trims_spaces; }
  bool ends_at_newlines() const { return keeps_text() && !model_.joins_lines; }

  /// Bytes before the first separator: a U+2581 of the text itself, which must not become a space, or a newline,
  /// because the library's memory grows with the text it is given. Models from elsewhere that also change the
  /// text get it whole.
  size_t run_length(std::string_view text) const {
    if (!keeps_text()) return text.size();
    if (!model_.joins_lines) text = text.substr(0, text.find('\n'));
    return std::min(text.find(space_symbol), text.size());
  }

  /// The pieces that stand for no text, which transformers finds in texts all the same.
  std::vector<AddedToken> special_pieces() const {
    std::vector<AddedToken> all;
    for (int id = 0; id < processor_.GetPieceSize(); ++id)
      if (processor_.IsControl(id) || processor_.IsUnknown(id)) all.push_back({processor_.IdToPiece(id), id, true});
    return all;
  }

  /// Appends the bytes of the separator that `text` begins with; returns how many there are.
  size_t append_separator(std::string_view text, std::vector<int32_t>& ids) const {
    const size_t length = character_length(text);
    for (const char c : text.substr(0, length)) ids.push_back(processor_.PieceToId(byte_name(c)));
    return length;
  }

  void append_run(std::string_view run, std::vector<int32_t>& ids) const {
    std::vector<int> run_ids;
    const auto status = processor_.Encode(run, &run_ids);
    // As when a control piece is a character of the text, which the library takes for it and then leaves out.
    check_input(status.ok(), "tokenizer: {} (it is damaged: use another copy)", status.error_message());
    ids.insert(ids.end(), run_ids.begin(), run_ids.end());
  }

  std::string text_of(int32_t id) const {
    std::string text;
    append_with_spaces(processor_.IdToPiece(id), text);
    return text;
  }

  bool is_normal(int id) const {
    return !processor_.IsByte(id) && !processor_.IsUnknown(id) && !processor_.IsControl(id);
  }

  /// What may be merged, the first first: the library merges the two neighbours whose joint piece has the highest
  /// score, so a piece stands for every two pieces that it can be cut into.
  std::vector<std::pair<std::string, std::string>> pairs() const {
    std::vector<int> order;
    std::map<std::string, int, std::less<>> ids;
    for (int id = 0; id < processor_.GetPieceSize(); ++id) {
      if (!is_normal(id)) continue;
      order.push_back(id);
      ids[text_of(id)] = id;
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return processor_.GetScore(a) > processor_.GetScore(b); });
    std::vector<std::pair<std::string, std::string>> all;
    for (const int id : order) {
      const std::string piece = text_of(id);
      for (size_t at = character_length(piece); at < piece.size();
           at += character_length(std::string_view(piece).substr(at))) {
        const std::string_view left = std::string_view(piece).substr(0, at), right = std::string_view(piece).substr(at);
        if (ids.contains(left) && ids.contains(right)) all.emplace_back(left, right);
      }
    }
    return all;
  }

  static void append_with_spaces(std::string_view piece, std::string& text) {
    for (size_t at = piece.find(space_symbol); at != piece.npos; at = piece.find(space_symbol)) {
      text += piece.substr(0, at);
      text += ' ';
      piece.remove_prefix(at + space_symbol.size());
    }
    text += piece;
  }

  std::string bytes_;
  SentencePieceModel model_;
  sentencepiece::SentencePieceProcessor processor_;
  AddedTokens special_;  // where the model comes from elsewhere
  int32_t begin_ = -1;   // the one of them before every text; -1: none
};

/// Takes code points.
using Alphabet = std::vector<bool>;

/// The characters that pieces may be made of: the most frequent `most` of `text`. All others become bytes.
Alphabet frequent_characters(const TextParts& text, int64_t most) {
  std::vector<int64_t> counts(n_code_points);
  text([&](std::string_view part) {
    check_utf8(part, "text");
    for (; !part.empty(); part.remove_prefix(character_length(part)))
      ++counts[code_point(part.substr(0, character_length(part)))];
  });
  for (uint32_t control = 0; control < 0x80; ++control)
    if (is_control(char(control))) counts[control] = 0;
  counts[code_point(space_symbol)] = counts[code_point(reserved_symbol)] = 0;
  std::vector<uint32_t> ranked;
  for (uint32_t point = 0; point < n_code_points; ++point)
    if (counts[point] > 0) ranked.push_back(point);
  std::stable_sort(ranked.begin(), ranked.end(), [&](uint32_t a, uint32_t b) { return counts[a] > counts[b]; });
  if (int64_t(ranked.size()) > most) ranked.resize(size_t(most));
  Alphabet kept(n_code_points);
  for (const uint32_t point : ranked) kept[point] = true;
  return kept;
}

using Counts = std::vector<std::pair<std::string, int64_t>>;

/// How often each word occurs in `text`, including the space before it, sorted. Merging never crosses the end of a
/// word, nor a character outside the alphabet; a "word" longer than this (a text without spaces) is cut.
Counts count_words(const TextParts& text, const Alphabet& alphabet) {
  constexpr size_t max_word_bytes = 2000;
  std::unordered_map<std::string, int64_t> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) ++words[word];
    word.clear();
  };
  text([&](std::string_view rest) {
    while (!rest.empty()) {
      const std::string_view character = rest.substr(0, character_length(rest));
      const bool kept = alphabet[code_point(character)];
      if (!kept || character == " " || word.size() >= max_word_bytes) end_word();
      if (kept) word += character;
      rest.remove_prefix(character.size());
    }
  });
  end_word();
  Counts sorted(words.begin(), words.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// Hands "word <tab> count" lines to the library.
class WordIterator : public sentencepiece::SentenceIterator {
 public:
  explicit WordIterator(const Counts& words) : at_(words.begin()), end_(words.end()) { load(); }
  bool done() const override { return at_ == end_; }
  void Next() override {
    ++at_;
    load();
  }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void load() {
    if (!done()) line_ = fmt::format("{}\t{}", at_->first, at_->second);
  }

  Counts::const_iterator at_;
  Counts::const_iterator end_;
  std::string line_;
};

}  // namespace

std::unique_ptr<Tokenizer> sentencepiece_from_bytes(const std::string& bytes, const std::string& name, bool begins,
                                                    int64_t vocab_size) {
  return std::make_unique<SentencePieceTokenizer>(bytes, name, begins, vocab_size);
}

std::unique_ptr<Tokenizer> train_sentencepiece(const TextParts& text, int64_t vocab_size) {
  constexpr int64_t smallest = n_fixed_pieces + 1, largest = 1 << 20;
  check_input(vocab_size >= smallest && vocab_size <= largest,
              "vocab_size {}: out of range ({} to {}; the 256 bytes are part of it)", vocab_size, smallest, largest);
  // Half of what can be learned is left for merged pieces, however many characters the text has (Chinese has
  // thousands).
  const int64_t n_characters = std::max<int64_t>(1, (vocab_size - n_fixed_pieces) / 2);
  const Counts words = count_words(text, frequent_characters(text, n_characters));
  check_input(!words.empty(), "text: has no character to learn pieces from (give some text)");
  WordIterator lines(words);
  std::string bytes;
  const auto status = sentencepiece::SentencePieceTrainer::Train({{"model_type", "bpe"},
                                                                  {"vocab_size", std::to_string(vocab_size)},
                                                                  {"hard_vocab_limit", "false"},
                                                                  {"byte_fallback", "true"},
                                                                  {"input_format", "tsv"},
                                                                  {"character_coverage", "1.0"},
                                                                  {"normalization_rule_name", "identity"},
                                                                  {"add_dummy_prefix", "false"},
                                                                  {"remove_extra_whitespaces", "false"},
                                                                  {"bos_id", "-1"},
                                                                  {"eos_id", "-1"},
                                                                  {"num_threads", "1"},
                                                                  {"minloglevel", "3"}},
                                                                 &lines, &bytes);
  check(status.ok(), "[train_sentencepiece] {}", status.error_message());
#if defined(__GLIBC__)
  malloc_trim(0);  // what the trainer has freed is the model's to use
#endif
  return sentencepiece_from_bytes(bytes, "the trained tokenizer");
}

std::unique_ptr<Tokenizer> train_sentencepiece(const std::string& text, int64_t vocab_size) {
  return train_sentencepiece([&](const auto& hear) { hear(text); }, vocab_size);
}

}  // namespace tinymor
