#include "datasets/bpe_tokenizer.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "datasets/added_tokens.h"
#include "datasets/byte_pairs.h"
#include "datasets/fingerprint.h"
#include "datasets/tokenizer_files.h"
#include "datasets/utf8.h"
#include "datasets/words.h"
#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/json.h"

namespace tinymor {
namespace {

using nlohmann::json;

/// U+2581, which means a space in pieces.
constexpr std::string_view kMark = "\u2581";

constexpr int64_t kMostTokens = 1 << 20;

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (size_t at = text.find(from); at != text.npos; at = text.find(from)) {
    out += text.substr(0, at);
    out += to;
    text.remove_prefix(at + from.size());
  }
  return out += text;
}

/// The byte that a character of a byte-level vocabulary stands for.
std::optional<char> byte_of_letter(std::string_view letter) {
  static const auto bytes = [] {
    std::unordered_map<std::string, char> all;
    for (int byte = 0; byte < 256; ++byte) all[byte_letter(static_cast<unsigned char>(byte))] = char(byte);
    return all;
  }();
  const auto found = bytes.find(std::string(letter));
  return found == bytes.end() ? std::nullopt : std::optional(found->second);
}

/// The bytes that a token of a byte-level vocabulary stands for; the token itself where it was not made of such
/// letters.
std::string bytes_of(const std::string& token) {
  std::string bytes;
  for (std::string_view rest = token; !rest.empty();) {
    const size_t length = character_length(rest);
    const std::optional<char> byte = byte_of_letter(rest.substr(0, length));
    if (!byte) return token;
    bytes += *byte;
    rest.remove_prefix(length);
  }
  return bytes;
}

/// The byte that "<0x0A>" names.
std::optional<char> named_byte(const std::string& token) {
  for (int byte = 0; byte < 256 && token.starts_with("<0x"); ++byte)
    if (token == byte_name(char(byte))) return char(byte);
  return std::nullopt;
}

/// What a text is changed into before it is cut; `first`: nothing comes before it.
using Change = std::function<std::string(std::string text, bool first)>;

/// What a tokenizer.json says, in the order in which a text goes through it.
struct BpeRules {
  std::unordered_map<std::string, int32_t> vocab;
  AddedTokens added;
  std::vector<Change> changes;
  std::vector<FirstWord> cuts;  // each cuts the words of the one before
  bool byte_level = false, byte_fallback = false, fuse_unknown = false, ignore_merges = false;
  int32_t unknown = -1;
  BytePairs pairs;
  std::vector<int32_t> begin;                                // put before every text
  std::vector<std::pair<std::string, std::string>> decoded;  // what to replace by what in tokens
  int64_t vocab_size = 0;
};

/// Reads one file; every complaint names it and the part of it that is meant.
class RulesReader {
 public:
  explicit RulesReader(const std::string& name) : name_(name) {}

  BpeRules read(const json& document) {
    read_model(part(document, "model"));
    read_added(part(document, "added_tokens"));
    for (const json& each : sequence(part(document, "normalizer"), "normalizers")) read_normalizer(each);
    for (const json& each : sequence(part(document, "pre_tokenizer"), "pretokenizers")) read_pre_tokenizer(each);
    for (const json& each : sequence(part(document, "post_processor"), "processors")) read_post_processor(each);
    for (const json& each : sequence(part(document, "decoder"), "decoders")) read_decoder(each);
    return std::move(rules_);
  }

 private:
  void require(bool ok, const std::string& what) const {
    check_input(ok, "{}: {} (damaged: use another copy)", name_, what);
  }
  [[noreturn]] void refuse(const char* where, const json& what) const {
    throw InputError(fmt::format(
        "{}: its {} asks for {}, which tinymor does not do: its tokens would be wrong (use another tokenizer)", name_,
        where, shortened(what.dump(-1, ' ', /*ensure_ascii=*/true))));
  }

  /// object[key]; null where it is not there.
  static const json& part(const json& object, const char* key) {
    static const json none;
    return object.is_object() && object.contains(key) ? object[key] : none;
  }
  static std::string type_of(const json& object) {
    const json& type = part(object, "type");
    return type.is_string() ? type.get<std::string>() : "";
  }
  static bool flag(const json& object, const char* key, bool otherwise) {
    const json& value = part(object, key);
    return value.is_boolean() ? value.get<bool>() : otherwise;
  }
  std::string text_of(const json& object, const char* key) const {
    const json& value = part(object, key);
    require(value.is_string(), fmt::format("\"{}\" is not a text", key));
    return value.get<std::string>();
  }
  int32_t id_of(const json& value) const {
    require(value.is_number_integer() && value.get<int64_t>() >= 0 && value.get<int64_t>() < kMostTokens,
            fmt::format("the id {} is not a number below {}", shortened(value.dump(-1, ' ', true)), kMostTokens));
    return value.get<int32_t>();
  }
  /// The parts of a "Sequence", or the one part that there is.
  static std::vector<json> sequence(const json& object, const char* parts) {
    if (object.is_null()) return {};
    if (type_of(object) != "Sequence") return {object};
    const json& all = part(object, parts);
    return all.is_array() ? all.get<std::vector<json>>() : std::vector<json>{object};
  }

  void read_model(const json& model) {
    if (type_of(model) != "BPE") refuse("model", json{{"type", part(model, "type")}});
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix", "dropout"}) {
      const json& value = part(model, key);
      if (!value.is_null() && value != "" && value != 0.0) refuse("model", json{{key, value}});
    }
    rules_.byte_fallback = flag(model, "byte_fallback", false);
    rules_.fuse_unknown = flag(model, "fuse_unk", false);
    rules_.ignore_merges = flag(model, "ignore_merges", false);
    const json &vocab = part(model, "vocab"), &merges = part(model, "merges"), &unknown = part(model, "unk_token");
    require(vocab.is_object() && !vocab.empty(), "it has no vocabulary");
    for (const auto& [token, id] : vocab.items()) {
      require(!token.empty(), "it has an empty token");
      add_token(token, id_of(id));
    }
    require(merges.is_array(), "it has no merges");
    for (const json& merge : merges) read_merge(merge);
    if (unknown.is_string() && rules_.vocab.contains(unknown.get<std::string>()))
      rules_.unknown = rules_.vocab[unknown.get<std::string>()];
  }

  void add_token(const std::string& token, int32_t id) {
    const auto [known, is_new] = rules_.vocab.emplace(token, id);
    require(known->second == id, fmt::format("{} has two ids", cited(token)));
    if (taken_.size() <= size_t(id)) taken_.resize(size_t(id) + 1);
    require(!is_new || !taken_[size_t(id)], fmt::format("two tokens have the id {}", id));
    taken_[size_t(id)] = true;
    rules_.vocab_size = std::max<int64_t>(rules_.vocab_size, id + 1);
  }

  /// "left right" or ["left", "right"].
  void read_merge(const json& merge) {
    std::string left, right;
    if (merge.is_string()) {
      const std::string both = merge.get<std::string>();
      const size_t space = std::min(both.find(' '), both.size());
      left = both.substr(0, space);
      right = both.substr(std::min(space + 1, both.size()));
    } else {
      require(merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string(),
              "a merge is not a pair of tokens");
      left = merge[0].get<std::string>();
      right = merge[1].get<std::string>();
    }
    for (const std::string& token : {left, right, left + right})
      require(rules_.vocab.contains(token), fmt::format("a merge needs {}, which has no id", cited(token)));
    rules_.pairs.add(rules_.vocab[left], rules_.vocab[right], rules_.vocab[left + right]);
  }

  void read_added(const json& added) {
    if (added.is_null()) return;
    require(added.is_array(), "\"added_tokens\" is not a list");
    std::vector<AddedToken> all;
    for (const json& each : added) {
      AddedToken token{text_of(each, "content"), id_of(part(each, "id")), flag(each, "special", false),
                       flag(each, "lstrip", false), flag(each, "rstrip", false)};
      require(!token.content.empty(), "it has an empty token");
      if (flag(each, "single_word", false)) refuse("added token", each);
      add_token(token.content, token.id);
      all.push_back(std::move(token));
    }
    rules_.added = AddedTokens(std::move(all));
  }

  /// More than any tokenizer has: each step may make a text longer, and a hostile file must not make it endless.
  bool has_many_steps() const { return rules_.changes.size() + rules_.cuts.size() + rules_.decoded.size() >= 6; }

  void read_normalizer(const json& normalizer) {
    if (has_many_steps()) refuse("normalizer", normalizer);
    const std::string type = type_of(normalizer);
    if (type == "Prepend") {
      constexpr size_t longest = 64;
      if (text_of(normalizer, "prepend").size() > longest) refuse("normalizer", normalizer);
      rules_.changes.push_back([before = text_of(normalizer, "prepend")](std::string text, bool) {
        return text.empty() ? text : before + text;
      });
    } else if (type == "Replace") {
      const auto [from, to] = replacement(normalizer, "normalizer");
      rules_.changes.push_back([from = from, to = to](std::string text, bool) { return replaced(text, from, to); });
    } else {
      refuse("normalizer", normalizer);
    }
  }

  /// What a "Replace" puts in the place of what. All together make a text at most so many times as long.
  std::pair<std::string, std::string> replacement(const json& replace, const char* where) {
    constexpr double most_growth = 16;
    const json& pattern = part(replace, "pattern");
    if (!part(pattern, "String").is_string()) refuse(where, replace);
    std::pair both(text_of(pattern, "String"), text_of(replace, "content"));
    if (both.first.empty()) refuse(where, replace);
    growth_ *= std::max(1.0, double(both.second.size()) / double(both.first.size()));
    if (growth_ > most_growth) refuse(where, replace);
    return both;
  }

  void read_pre_tokenizer(const json& step) {
    const std::string type = type_of(step);
    // The letters of bytes are not cut again.
    if (rules_.byte_level || has_many_steps()) refuse("pre_tokenizer", step);
    if (type == "ByteLevel") {
      if (flag(step, "add_prefix_space", true)) prepend_to_texts(" ", "always", step);
      if (flag(step, "use_regex", true)) rules_.cuts.push_back(gpt2_word);
      rules_.byte_level = true;
    } else if (type == "Metaspace") {
      read_metaspace(step);
    } else if (type == "Digits") {
      rules_.cuts.push_back(flag(step, "individual_digits", false) ? one_digit : digits);
    } else if (type == "Split") {
      read_split(step);
    } else {
      refuse("pre_tokenizer", step);
    }
  }

  /// Puts `before` in front of texts that do not begin with it already: of all, or of the first between added tokens.
  void prepend_to_texts(const std::string& before, const std::string& scheme, const json& step) {
    if (!rules_.cuts.empty()) refuse("pre_tokenizer", step);  // it would change each word
    if (scheme == "never") return;
    if (scheme != "always" && scheme != "first") refuse("pre_tokenizer", step);
    rules_.changes.push_back([before, all = scheme == "always"](std::string text, bool first) {
      return (all || first) && !text.empty() && !text.starts_with(before) ? before + text : text;
    });
  }

  void read_metaspace(const json& step) {
    if (text_of(step, "replacement") != kMark || !rules_.cuts.empty()) refuse("pre_tokenizer", step);
    rules_.changes.push_back([](std::string text, bool) { return replaced(text, " ", kMark); });
    const json& scheme = part(step, "prepend_scheme");
    const bool older = !scheme.is_string();  // before version 0.15 it was a flag
    prepend_to_texts(std::string(kMark),
                     older ? (flag(step, "add_prefix_space", true) ? "always" : "never") : scheme.get<std::string>(),
                     step);
    if (flag(step, "split", true)) rules_.cuts.push_back(marked_word);
  }

  void read_split(const json& step) {
    struct Known {
      const char* pattern;
      FirstWord cut;
    };
    constexpr const char* kGpt2 = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
    constexpr const char* kLlama3 =
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    constexpr const char* kOneDigit =
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    const json &pattern = part(part(step, "pattern"), "Regex"), &behavior = part(step, "behavior");
    const bool invert = flag(step, "invert", false);
    // These expressions match every character of a text, so nothing is between their matches.
    if (!(behavior == "Isolated" && !invert) && !(behavior == "Removed" && invert)) refuse("pre_tokenizer", step);
    for (const Known& known : {Known{kGpt2, gpt2_word}, {kLlama3, llama3_word}, {kOneDigit, llama3_word_of_one_digit}})
      if (pattern == known.pattern) return rules_.cuts.push_back(known.cut);
    refuse("pre_tokenizer", part(step, "pattern"));
  }

  /// Only what comes before a text: a token after each would end what a model goes on with.
  void read_post_processor(const json& step) {
    const std::string type = type_of(step);
    if (type == "ByteLevel") return;  // where tokens are in the text, which is not asked for here
    const json& single = part(step, "single");
    if (type != "TemplateProcessing" || !single.is_array()) refuse("post_processor", step);
    for (size_t i = 0; i < single.size(); ++i) {
      if (single[i].contains("Sequence")) {
        if (i + 1 < single.size()) refuse("post_processor", single[i + 1]);
        return;
      }
      const json& token = part(part(single[i], "SpecialToken"), "id");
      require(token.is_string(), "\"SpecialToken\" has no id");
      const json& ids = part(part(part(step, "special_tokens"), token.get<std::string>().c_str()), "ids");
      require(ids.is_array(), fmt::format("{} has no ids", cited(token.get<std::string>())));
      for (const json& id : ids) {
        require(id_of(id) < rules_.vocab_size, fmt::format("there is no token {}", id_of(id)));
        rules_.begin.push_back(id_of(id));
      }
    }
  }

  /// A token is decoded the same wherever it is, so a space before the whole text is not taken away again ("Strip").
  void read_decoder(const json& step) {
    const std::string type = type_of(step);
    if (has_many_steps()) refuse("decoder", step);
    if (type == "Metaspace") rules_.decoded.emplace_back(kMark, " ");
    if (type == "Replace") rules_.decoded.push_back(replacement(step, "decoder"));
    for (const char* known : {"Metaspace", "Replace", "ByteLevel", "ByteFallback", "Fuse", "Strip"})
      if (type == known) return;
    refuse("decoder", step);
  }

  const std::string& name_;
  std::vector<bool> taken_;  // whether an id has a token
  double growth_ = 1;        // of a text by what is replaced in it
  BpeRules rules_;
};

class BpeTokenizer : public Tokenizer {
 public:
  BpeTokenizer(BpeRules rules, std::string file)
      : rules_(std::move(rules)), file_(std::move(file)), tokens_(size_t(rules_.vocab_size)) {
    for (const auto& [token, id] : rules_.vocab) tokens_[size_t(id)] = token_of(token);
    for (const AddedToken& added : rules_.added.all())
      tokens_[size_t(added.id)] = {with_visible_controls(added.content), added.special ? "" : added.content};
    if (rules_.unknown >= 0 && !rules_.byte_level) tokens_[size_t(rules_.unknown)].text = replacement_character;
    for (size_t id = 0; id < tokens_.size(); ++id)
      if (tokens_[id].shown.empty()) tokens_[id].shown = fmt::format("<unused {}>", id);
    for (int byte = 0; byte < 256; ++byte)
      byte_ids_[size_t(byte)] =
          id_of(rules_.byte_level ? byte_letter(static_cast<unsigned char>(byte)) : byte_name(char(byte)));
  }

  int64_t vocab_size() const override { return rules_.vocab_size; }

  std::vector<int32_t> encode(const std::string& text) const override {
    check_utf8(text, "text");
    std::vector<int32_t> ids = rules_.begin;
    rules_.added.encode(text, ids, [this](std::string_view part, bool first, std::vector<int32_t>& out) {
      encode_between(std::string(part), first, out);
    });
    return ids;
  }

  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) {
      check_id(id);
      text += tokens_[size_t(id)].text;
    }
    return text;
  }

  std::string piece(int32_t id) const override {
    check_id(id);
    return tokens_[size_t(id)].shown;
  }

  uint64_t identity() const override { return fingerprint(file_); }
  void save(const std::filesystem::path& folder) const override { write_tokenizer_file(folder, tokenizer_json, file_); }
  std::string tokenizers_json() const override { return file_; }

  // Bytes have all their tokens; what such a file calls unknown is the end of a text.
  int32_t unknown() const override { return rules_.byte_level ? -1 : rules_.unknown; }

 private:
  struct Token {
    std::string shown, text;  // to people; in a text
  };

  Token token_of(const std::string& token) const {
    if (rules_.byte_level) {
      const std::string text = bytes_of(token);
      return {with_visible_controls(text), text};
    }
    if (const std::optional<char> byte = rules_.byte_fallback ? named_byte(token) : std::nullopt)
      return {token, std::string(1, *byte)};
    std::string text = token;
    for (const auto& [from, to] : rules_.decoded) text = replaced(text, from, to);
    return {with_visible_controls(token), text};
  }

  int32_t id_of(const std::string& token) const {
    const auto found = rules_.vocab.find(token);
    return found == rules_.vocab.end() ? -1 : found->second;
  }

  void encode_between(std::string text, bool first, std::vector<int32_t>& ids) const {
    for (const Change& change : rules_.changes) text = change(std::move(text), first);
    cut(text, 0, ids);
  }

  /// Cuts `text` by the cuts from number `step` on and encodes the words.
  void cut(std::string_view text, size_t step, std::vector<int32_t>& ids) const {
    if (step == rules_.cuts.size()) return encode_word(text, ids);
    while (!text.empty()) {
      const size_t length = rules_.cuts[step](text);
      cut(text.substr(0, length), step + 1, ids);
      text.remove_prefix(length);
    }
  }

  void encode_word(std::string_view word, std::vector<int32_t>& ids) const {
    if (rules_.ignore_merges) {
      const int32_t whole = id_of(rules_.byte_level ? letters_of(word) : std::string(word));
      if (whole >= 0) return ids.push_back(whole);
    }
    std::vector<int32_t> parts;
    while (!word.empty()) {
      const size_t length = rules_.byte_level ? 1 : character_length(word);
      append_smallest(word.substr(0, length), parts);
      word.remove_prefix(length);
    }
    rules_.pairs.merge(parts, ids);
  }

  /// The ids of one byte, or of one character: its own, or those of its bytes, or that for the unknown. Without any of
  /// these the library drops it.
  void append_smallest(std::string_view part, std::vector<int32_t>& ids) const {
    const auto id_of_byte = [&](char c) { return byte_ids_[static_cast<unsigned char>(c)]; };
    const int32_t own = rules_.byte_level ? id_of_byte(part[0]) : id_of(std::string(part));
    if (own >= 0) return ids.push_back(own);
    if (rules_.byte_fallback && std::all_of(part.begin(), part.end(), [&](char c) { return id_of_byte(c) >= 0; })) {
      for (const char c : part) ids.push_back(id_of_byte(c));
      return;
    }
    const bool again = rules_.fuse_unknown && !ids.empty() && ids.back() == rules_.unknown;
    if (rules_.unknown >= 0 && !again) ids.push_back(rules_.unknown);
  }

  static std::string letters_of(std::string_view bytes) {
    std::string letters;
    for (const char c : bytes) letters += byte_letter(static_cast<unsigned char>(c));
    return letters;
  }

  BpeRules rules_;
  std::string file_;
  std::vector<Token> tokens_;            // by id
  std::array<int32_t, 256> byte_ids_{};  // -1: a byte has none
};

}  // namespace

std::string byte_letter(unsigned char byte) {
  const auto is_visible = [](int b) { return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174; };
  uint32_t letter = byte;
  if (!is_visible(byte)) {
    letter = 256;
    for (int b = 0; b < byte; ++b) letter += !is_visible(b);
  }
  std::string text;
  append_character(text, letter);
  return text;
}

bool is_of_tokenizers_library(const json& document) {
  return document.is_object() && document.contains("model");
}

std::unique_ptr<Tokenizer> bpe_tokenizer(const std::string& text, const std::string& name, int64_t vocab_size) {
  json document = parse_json(text, name);
  BpeRules rules = RulesReader(name).read(document);
  if (rules.vocab_size >= vocab_size) return std::make_unique<BpeTokenizer>(std::move(rules), text);
  for (int64_t id = rules.vocab_size; id < vocab_size; ++id)
    document["model"]["vocab"][fmt::format("<unused {}>", id)] = id;
  return std::make_unique<BpeTokenizer>(RulesReader(name).read(document), document.dump());
}

std::string BpeFile::text() const {
  const json bytes{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", false}, {"use_regex", false}};
  const auto sequence = [](const char* parts, json::array_t all) { return json{{"type", "Sequence"}, {parts, all}}; };
  json file{{"version", "1.0"}, {"added_tokens", json::array()}};
  for (const std::string& token : special) {
    json added{{"id", vocab[token]}, {"content", token}, {"special", true}};
    for (const char* no : {"single_word", "lstrip", "rstrip", "normalized"}) added[no] = false;
    file["added_tokens"].push_back(added);
  }
  for (const char* none : {"truncation", "padding", "normalizer", "pre_tokenizer", "post_processor"})
    file[none] = nullptr;
  if (adds_prefix)
    file["normalizer"] =
        sequence("normalizers", {json{{"type", "Prepend"}, {"prepend", " "}},
                                 json{{"type", "Replace"}, {"pattern", json{{"String", kMark}}}, {"content", " "}}});
  if (byte_level) file["pre_tokenizer"] = bytes;
  if (!begin.empty()) {
    const auto part_of = [](const char* kind, const std::string& id, int type) {
      return json{{kind, json{{"id", id}, {"type_id", type}}}};
    };
    const json before = part_of("SpecialToken", begin, 0), a = part_of("Sequence", "A", 0),
               b = part_of("Sequence", "B", 1);
    file["post_processor"] = {{"type", "TemplateProcessing"},
                              {"single", json::array({before, a})},
                              {"pair", json::array({before, a, before, b})}};
    file["post_processor"]["special_tokens"][begin] = {
        {"id", begin}, {"ids", json::array({vocab[begin]})}, {"tokens", json::array({begin})}};
  }
  file["decoder"] = byte_level ? bytes : sequence("decoders", {json{{"type", "ByteFallback"}}, json{{"type", "Fuse"}}});
  file["model"] = {{"type", "BPE"},
                   {"dropout", nullptr},
                   {"unk_token", unknown.empty() ? json() : json(unknown)},
                   {"continuing_subword_prefix", nullptr},
                   {"end_of_word_suffix", nullptr},
                   {"fuse_unk", fuse_unknown},
                   {"byte_fallback", byte_fallback},
                   {"ignore_merges", false},
                   {"vocab", vocab},
                   {"merges", merges}};
  return file.dump(1, '\t') + "\n";
}

}  // namespace tinymor
