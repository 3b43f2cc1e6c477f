#include "trainer/recording/recording_format.h"

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <fstream>
#include <iterator>
#include <type_traits>
#include <utility>
#include <variant>

#include "tensor/error.h"

namespace tinymor {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they are in memory");

constexpr uint32_t kVersion = 3;
constexpr size_t kHeadBytes = 24;            // of a record: kind, bytes, step, seconds
constexpr uint32_t kMaxPayload = 16u << 20;  // a snapshot of 2048 tokens has about 1 MiB
constexpr int32_t kMaxDepth = 512;
constexpr int32_t kMaxImage = 1024;  // pixels of a side

/// By their place in Event.
constexpr RecordKind event_kinds[] = {RecordKind::step,   RecordKind::eval,  RecordKind::scores, RecordKind::snapshot,
                                      RecordKind::images, RecordKind::event, RecordKind::served};
static_assert(std::size(event_kinds) == std::variant_size_v<Event>);

/// CRC-32 as in zlib and PNG: polynomial 0xEDB88320, reflected.
uint32_t crc32(std::string_view bytes) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> t{};
    for (uint32_t i = 0; i < 256; ++i) {
      t[i] = i;
      for (int bit = 0; bit < 8; ++bit) t[i] = (t[i] >> 1) ^ ((t[i] & 1) ? 0xEDB88320u : 0);
    }
    return t;
  }();
  uint32_t crc = ~0u;
  for (const char c : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

template <class T>
concept Number = std::is_arithmetic_v<T> || std::is_enum_v<T>;
template <class T>
concept List = requires {
  typename T::value_type;
};
template <class T, class Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;

// What a payload holds is written down once, as a list of fields for an archive that either writes or reads them.
// Numbers are as in memory; texts and lists begin with their length, a u32. Fields that a later version adds come last,
// so that this one skips them.

template <class Archive>
void fields(Archive& archive, Is<StepMetrics> auto& m) {
  double entropy_of_scores = 0;  // recorded by earlier versions, replaced by load_entropy
  archive(m.loss, m.aux_loss, m.grad_norm, m.lr, m.tokens_per_second, m.mean_depth, m.sampling_accuracy, m.z_loss,
          m.balance_loss, m.max_violation, entropy_of_scores);
  if (archive.more()) archive(m.load_entropy);
  if (archive.more()) archive(m.left_out);
}

template <class Archive>
void fields(Archive& archive, Is<EvalMetrics> auto& m) {
  archive(m.topk_loss, m.threshold_loss, m.mean_depth);
  if (archive.more()) archive(m.bits_per_byte);
}

template <class Archive>
void fields(Archive& archive, Is<RunInfo> auto& r) {
  archive(r.config_toml, r.vocabulary);
  if (archive.more()) archive(r.counts, r.train_tokens, r.watched_offset);
}

template <class Archive>
void fields(Archive& archive, Is<ScoreHistogram> auto& s) {
  archive(s.taken, s.left);
}

template <class Archive>
void fields(Archive& archive, Is<Candidate> auto& c) {
  archive(c.id, c.probability);
}

template <class Archive>
void fields(Archive& archive, Is<AttentionTrace> auto& a) {
  archive(a.queries, a.keys, a.weights);
}

template <class Archive>
void fields(Archive& archive, Is<Prediction> auto& p) {
  archive(p.nll, p.likely);
}

template <class Archive>
void fields(Archive& archive, Is<UseGradients> auto& g) {
  archive(g.use, g.total);
}

template <class Archive>
void fields(Archive& archive, Is<RecursionTrace> auto& r) {
  archive(r.positions, r.logits, r.gates, r.selected);
}

template <class Archive>
void fields(Archive& archive, Is<StateChange> auto& c) {
  archive(c.before, c.change);
}

/// All but the text, which both traces of a snapshot share.
template <class Archive>
void fields(Archive& archive, Is<Trace> auto& t) {
  archive(t.rule, t.depth, t.recursions, t.nll, t.lm_loss, t.aux_loss, t.kv_entries, t.kv_bytes, t.kv_vanilla_bytes,
          t.router_logits, t.z_loss, t.balance_loss, t.likely, t.attention);
}

template <class Archive>
void fields(Archive& archive, Is<Snapshot> auto& s) {
  archive(s.topk.tokens, s.topk.pieces, s.topk, s.threshold, s.threshold.exits, s.topk.gradients);
  for (auto* trace : {&s.topk, &s.threshold})
    for (auto& layer : trace->attention)
      if (archive.more()) archive(layer.log_sums);
  if (archive.more()) archive(s.topk.changes, s.threshold.changes);
  if (archive.more()) archive(s.topk.experts, s.threshold.experts);
}

template <class Archive>
void fields(Archive& archive, Is<SeenImage> auto& i) {
  archive(i.pixels, i.depth, i.logits, i.truth, i.predicted, i.probability);
}

template <class Archive>
void fields(Archive& archive, Is<ImageSnapshot> auto& s) {
  archive(s.height, s.width, s.rows, s.columns, s.images);
  for (auto& image : s.images)
    if (archive.more()) archive(image.guesses);
}

template <class Archive>
void fields(Archive& archive, Is<RunEvent> auto& e) {
  archive(e.kind, e.text);
}

template <class Archive>
void fields(Archive& archive, Is<ServedSeat> auto& s) {
  archive(s.slot, s.text, s.first, s.tokens, s.recursion, s.inside, s.fed, s.ids);
}

template <class Archive>
void fields(Archive& archive, Is<ServedCall> auto& c) {
  archive(c.slots, c.seats, c.queue, c.cache_bytes);
}

class Writer {
 public:
  template <class... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }
  static constexpr bool more() { return true; }
  std::string bytes;

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (Number<T>) {
      bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
    } else if constexpr (List<T>) {
      put(static_cast<uint32_t>(value.size()));
      if constexpr (Number<typename T::value_type>)
        bytes.append(reinterpret_cast<const char*>(value.data()), value.size() * sizeof(value[0]));
      else
        for (const auto& each : value) put(each);
    } else {
      fields(*this, value);
    }
  }
};

/// Reads what Writer wrote. After anything that did not fit, `ok` is false and nothing more is read.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest(bytes) {}
  template <class... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }
  /// Whether there are fields that earlier versions did not write.
  bool more() const { return !rest.empty(); }
  std::string_view rest;
  bool ok = true;

 private:
  template <class T>
  void get(T& value) {
    if constexpr (Number<T>) {
      ok = ok && rest.size() >= sizeof(T);
      if (!ok) return;
      std::memcpy(&value, rest.data(), sizeof(T));
      rest.remove_prefix(sizeof(T));
    } else if constexpr (List<T>) {
      uint32_t count = 0;
      get(count);
      // Element by element: a false length costs no more memory than the bytes that are there.
      for (uint32_t i = 0; ok && i < count; ++i) {
        value.push_back({});
        get(value.back());
      }
    } else {
      fields(*this, value);
    }
  }
};

bool ascending_within(const std::vector<int32_t>& positions, size_t length) {
  for (size_t i = 0; i < positions.size(); ++i) {
    const int32_t before = i == 0 ? -1 : positions[i - 1];
    if (positions[i] <= before || static_cast<size_t>(positions[i]) >= length) return false;
  }
  return true;
}

bool consistent(const RecursionTrace& r, size_t length) {
  return ascending_within(r.positions, length) && ascending_within(r.selected, length) &&
         r.logits.size() == r.positions.size() && r.gates.size() == r.positions.size() &&
         std::includes(r.positions.begin(), r.positions.end(), r.selected.begin(), r.selected.end());
}

bool consistent(const AttentionTrace& a, size_t length) {
  uint64_t visible = 0;  // keys that one head shows, summed over its queries
  for (int32_t query : a.queries) visible += a.visible(query);
  return ascending_within(a.queries, length) && ascending_within(a.keys, length) &&
         (visible == 0 ? a.weights.empty() : a.weights.size() % visible == 0) &&
         (a.log_sums.empty() || a.log_sums.size() * visible == a.weights.size() * a.queries.size());
}

/// Two numbers for each token that took recursion r.
bool consistent(const StateChange& c, const std::vector<int32_t>& depth, int32_t r) {
  const auto inside = size_t(std::count_if(depth.begin(), depth.end(), [&](int32_t d) { return d > r; }));
  return c.before.size() == inside && c.change.size() == inside;
}

bool consistent(const std::vector<StateChange>& changes, const std::vector<int32_t>& depth) {
  if (changes.size() > size_t(kMaxDepth)) return false;
  for (size_t r = 0; r < changes.size(); ++r)
    if (!consistent(changes[r], depth, int32_t(r))) return false;
  return true;
}

/// The likeliest tokens of `length` positions, the same number for each.
bool consistent(const std::vector<Candidate>& likely, size_t length) {
  return (length == 0 ? likely.empty() : likely.size() % length == 0) &&
         std::all_of(likely.begin(), likely.end(), [](const Candidate& c) { return c.id >= 0; });
}

/// The experts of each layer and token.
bool consistent(const std::vector<std::vector<int32_t>>& experts, size_t length) {
  return std::all_of(experts.begin(), experts.end(), [&](const auto& layer) {
    return layer.size() == length && std::all_of(layer.begin(), layer.end(), [](int32_t e) { return e >= -1; });
  });
}

/// Whether the parts of a trace fit each other, so that it can be drawn without further checks.
bool consistent(const Trace& t) {
  const size_t length = t.tokens.size();
  const auto not_negative = [](auto value) { return value >= 0; };
  return t.rule >= Rule::topk && t.rule <= Rule::aux_threshold && t.pieces.size() == length &&
         t.depth.size() == length && t.nll.size() + 1 == std::max<size_t>(length, 1) &&
         std::all_of(t.tokens.begin(), t.tokens.end(), not_negative) &&
         std::all_of(t.depth.begin(), t.depth.end(), [](int32_t d) { return d >= 0 && d <= kMaxDepth; }) &&
         (t.router_logits.empty() || t.router_logits.size() == length) &&
         std::all_of(t.router_logits.begin(), t.router_logits.end(),
                     [&](const auto& scores) { return scores.size() == t.router_logits[0].size(); }) &&
         std::all_of(t.recursions.begin(), t.recursions.end(), [&](const auto& r) { return consistent(r, length); }) &&
         consistent(t.likely, length) && consistent(t.changes, t.depth) && consistent(t.experts, length) &&
         std::all_of(t.attention.begin(), t.attention.end(), [&](const auto& a) { return consistent(a, length); }) &&
         std::all_of(t.kv_entries.begin(), t.kv_entries.end(),
                     [&](const auto& layers) { return std::all_of(layers.begin(), layers.end(), not_negative); });
}

bool consistent(const Snapshot& s) {
  const size_t length = s.topk.tokens.size();
  return consistent(s.topk) && consistent(s.threshold) && s.topk.tokens == s.threshold.tokens &&
         s.topk.pieces == s.threshold.pieces &&
         std::all_of(s.threshold.exits.begin(), s.threshold.exits.end(), [&](const Prediction& exit) {
           return exit.nll.size() == s.topk.nll.size() && consistent(exit.likely, length);
         });
}

/// Plain numbers cannot contradict each other.
bool consistent(const StepMetrics&) {
  return true;
}
bool consistent(const EvalMetrics&) {
  return true;
}

bool consistent(const RunEvent& e) {
  return e.kind <= RunEvent::sample && e.text.size() <= RunEvent::longest;
}

bool consistent(const ScoreHistogram& s) {
  return s.taken.size() == s.left.size() && s.taken.size() % ScoreHistogram::bins == 0 &&
         s.taken.size() <= size_t(kMaxDepth) * ScoreHistogram::bins;
}

bool consistent(const ServedCall& c) {
  constexpr int32_t longest = 1 << 24;  // of a text
  const auto not_negative = [](int32_t value) { return value >= 0; };
  int32_t free = 0;  // slots from here on
  for (const ServedSeat& s : c.seats) {
    const bool good = s.slot >= free && s.slot < c.slots && s.text >= 0 && s.first >= 0 && s.first <= longest &&
                      s.tokens >= 0 && s.tokens <= longest && s.inside >= 0 && s.inside <= s.tokens &&
                      s.recursion >= 0 && s.recursion <= kMaxDepth && s.fed <= 1 &&
                      s.ids.size() == size_t(s.recursion == 0 ? s.tokens : 0) &&
                      std::all_of(s.ids.begin(), s.ids.end(), not_negative);
    if (!good) return false;
    free = s.slot + 1;
  }
  return c.slots > 0 && c.slots <= ServedCall::most && c.cache_bytes >= 0 &&
         std::all_of(c.queue.begin(), c.queue.end(), not_negative);
}

std::string written(const auto& content) {
  Writer writer;
  writer(content);
  return std::move(writer.bytes);
}

std::string record(RecordKind kind, int64_t step, double seconds, const auto& content) {
  const std::string payload = written(content);
  check(payload.size() <= kMaxPayload, "[recording] a record of {} bytes is larger than {}", payload.size(),
        kMaxPayload);
  Writer whole;
  whole(kind, static_cast<uint32_t>(payload.size()), step, seconds);
  whole.bytes += payload;
  whole(crc32(whole.bytes));
  return whole.bytes;
}

/// Reads a payload into a new element at the end of `list`, and takes it off again when it does not fit.
template <class Element>
bool append(std::vector<Element>& list, const Record& record) {
  Element element;
  Reader reader(record.payload);
  reader(element);
  element.step = record.step;
  if constexpr (std::is_same_v<Element, StepMetrics>) element.seconds = record.seconds;
  if constexpr (std::is_same_v<Element, Snapshot>) {
    element.threshold.tokens = element.topk.tokens;
    element.threshold.pieces = element.topk.pieces;
  }
  if (!reader.ok || !consistent(element) || (!list.empty() && record.step < list.back().step)) return false;
  list.push_back(std::move(element));
  return true;
}

/// The same classes after each recursion.
bool consistent(const std::vector<std::vector<float>>& guesses) {
  const auto is_share = [](float p) { return p >= 0 && p <= 1; };
  return guesses.size() <= size_t(kMaxDepth) && std::all_of(guesses.begin(), guesses.end(), [&](const auto& classes) {
           return classes.size() == guesses[0].size() && std::all_of(classes.begin(), classes.end(), is_share);
         });
}

}  // namespace

bool consistent(const ImageSnapshot& s) {
  const auto divides = [](int32_t parts, int32_t side) {
    return side >= 1 && side <= kMaxImage && parts >= 1 && side % parts == 0;
  };
  if (!divides(s.rows, s.height) || !divides(s.columns, s.width)) return false;
  const size_t pixels = size_t(s.height) * size_t(s.width), patches = size_t(s.rows) * size_t(s.columns);
  return std::all_of(s.images.begin(), s.images.end(), [&](const SeenImage& i) {
    return i.pixels.size() == pixels && i.depth.size() == patches && i.logits.size() % patches == 0 &&
           i.logits.size() <= patches * kMaxDepth && i.truth >= 0 && i.predicted >= 0 && i.probability >= 0 &&
           i.probability <= 1 && consistent(i.guesses) &&
           std::all_of(i.depth.begin(), i.depth.end(), [](int32_t d) { return d >= 0 && d <= kMaxDepth; });
  });
}

uint64_t bytes_of(const Snapshot& snapshot) {
  return written(snapshot).size();
}
uint64_t bytes_of(const ImageSnapshot& snapshot) {
  return written(snapshot).size();
}

bool is_event(RecordKind kind) {
  return std::find(std::begin(event_kinds), std::end(event_kinds), kind) != std::end(event_kinds);
}

std::string file_head() {
  Writer head;
  head.bytes = "MORTRACE";
  head(kVersion);
  return head.bytes;
}

void check_head(std::string_view bytes, const std::filesystem::path& file) {
  const std::string head = file_head();
  const size_t magic = head.size() - sizeof(uint32_t);
  check_input(bytes.substr(0, magic) == std::string_view(head).substr(0, std::min(bytes.size(), magic)),
              "{}: is not a recording (name a recording.mortrace or a run folder)", file.string());
  check_input(bytes.substr(0, head.size()) == std::string_view(head).substr(0, bytes.size()),
              "{}: is a recording of another version (use the tinymor that wrote it)", file.string());
}

void check_head_of(const std::filesystem::path& file) {
  std::string bytes(file_head().size(), '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), std::streamsize(bytes.size()));
  bytes.resize(size_t(in.gcount()));
  check_head(bytes, file);
}

std::optional<Record> take_record(std::string_view& rest) {
  Record record;
  uint32_t size = 0, crc = 0;
  Reader head(rest);
  head(record.kind, size, record.step, record.seconds);
  if (!head.ok || size > kMaxPayload || head.rest.size() < size + sizeof(crc)) return {};
  record.payload = head.rest.substr(0, size);
  Reader(head.rest.substr(size))(crc);
  if (crc != crc32(rest.substr(0, kHeadBytes + size))) return {};
  record.bytes = rest.substr(0, kHeadBytes + size + sizeof(crc));
  rest.remove_prefix(record.bytes.size());
  return record;
}

bool add_record(Recording& recording, const Record& record) {
  if (record.step < 0) return false;
  if (record.kind == RecordKind::run) {
    Reader reader(record.payload);
    static_cast<RunInfo&>(recording) = {};
    reader(static_cast<RunInfo&>(recording));
    return reader.ok;
  }
  const auto kind = std::find(std::begin(event_kinds), std::end(event_kinds), record.kind);
  const size_t index = size_t(kind - std::begin(event_kinds));
  const auto add = [&]<size_t... I>(std::index_sequence<I...>) {
    return ((index != I || append(recording.of<std::variant_alternative_t<I, Event>>(), record)) && ...);
  };
  return add(std::make_index_sequence<std::size(event_kinds)>());
}

std::string run_record(const RunInfo& run) {
  return record(RecordKind::run, 0, 0, run);
}

std::string event_record(const Event& event, double seconds) {
  return std::visit(
      [&](const auto& e) {
        check(consistent(e), "[recording] what is told of step {} contradicts itself", e.step);
        return record(event_kinds[event.index()], e.step, seconds, e);
      },
      event);
}

}  // namespace tinymor
