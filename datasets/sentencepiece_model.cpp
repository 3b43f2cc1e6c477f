#include "datasets/sentencepiece_model.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <set>

#include "datasets/utf8.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

/// The encodings of Protocol Buffers that SentencePiece uses.
enum class Wire { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// One field of a message.
struct Field {
  uint64_t number = 0;
  Wire wire = Wire::varint;
  uint64_t value = 0;      ///< Of a varint or fixed32.
  std::string_view bytes;  ///< Of a text or an inner message.
};

/// Walks over the fields of one Protocol Buffers message.
class Message {
 public:
  Message(std::string_view rest, const std::string& name) : rest_(rest), name_(name) {}

  bool done() const { return rest_.empty(); }

  /// Takes the next field. Throws InputError when it is cut off or malformed.
  Field next() {
    const uint64_t key = varint();
    Field field{key >> 3, static_cast<Wire>(key & 7), 0, {}};
    switch (field.wire) {
      case Wire::varint:
        field.value = varint();
        break;
      case Wire::fixed64:
        take(8);
        break;
      case Wire::bytes:
        field.bytes = take(varint());
        break;
      case Wire::fixed32: {
        uint32_t value;
        std::memcpy(&value, take(4).data(), 4);
        field.value = value;
        break;
      }
      default:
        damaged();
    }
    return field;
  }

  [[noreturn]] void damaged() const {
    throw InputError(fmt::format("{}: damaged, or not a SentencePiece model (train the tokenizer again)", name_));
  }

 private:
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= uint64_t(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    damaged();
  }

  std::string_view take(uint64_t count) {
    if (count > rest_.size()) damaged();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  const std::string& name_;
};

/// Follows sentencepiece_model.proto, whose field numbers and values these are.
class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  SentencePieceModel read(std::string_view bytes) {
    for (Message message(bytes, name_); !message.done();) {
      const Field field = message.next();
      if (field.number < 1 || field.number > 3) continue;
      if (field.wire != Wire::bytes) message.damaged();
      if (field.number == 1) read_piece(field.bytes);
      if (field.number == 2) read_trainer_spec(field.bytes);
      if (field.number == 3) read_normalizer_spec(field.bytes);
    }
    require(!pieces_.empty(), "has no pieces", "train the tokenizer again");
    require(is_bpe_, "its model_type is not BPE", "train it with model_type=bpe");
    return model_;
  }

 private:
  void require(bool ok, const char* why, const char* how) const { check_input(ok, "{}: {} ({})", name_, why, how); }

  void read_piece(std::string_view bytes) {
    std::string_view text;
    for (Message message(bytes, name_); !message.done();) {
      const Field field = message.next();
      if (field.number == 1) text = field.bytes;
      if (field.number == 2) {
        float score;
        const auto bits = static_cast<uint32_t>(field.value);
        std::memcpy(&score, &bits, 4);
        require(std::isfinite(score), "has a score that is not a number", "train the tokenizer again");
      }
      if (field.number == 3) model_.has_user_pieces |= field.value == 4 || field.value == 5;
    }
    require(!text.empty() && is_utf8(text) && text.find('\0') == text.npos, "has a piece that is not text",
            "train the tokenizer again");
    require(pieces_.insert(text).second, "has a piece twice", "train the tokenizer again");
    model_.joins_lines |= text.find('\n') != text.npos;
  }

  void read_trainer_spec(std::string_view bytes) {
    for (Message message(bytes, name_); !message.done();) {
      const Field field = message.next();
      if (field.number == 3) is_bpe_ = field.value == 2;
      if (field.number == 35) model_.byte_fallback = field.value != 0;
    }
  }

  void read_normalizer_spec(std::string_view bytes) {
    for (Message message(bytes, name_); !message.done();) {
      const Field field = message.next();
      require(field.number != 2 || field.bytes.empty(), "has a normalization table",
              "train it with normalization_rule_name=identity");
      if (field.number == 3) model_.adds_prefix = field.value != 0;
      if (field.number == 4) model_.trims_spaces = field.value != 0;
    }
  }

  const std::string& name_;
  std::set<std::string_view> pieces_;
  bool is_bpe_ = false;
  SentencePieceModel model_;
};

}  // namespace

SentencePieceModel check_sentencepiece_model(std::string_view bytes, const std::string& name) {
  return Reader(name).read(bytes);
}

}  // namespace tinymor
