#include "datasets/puzzles.h"

#include <algorithm>

#include "datasets/shuffle.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

constexpr int64_t ring_size = 6;
/// An arrow leads from each letter to the next one, and from the last to the first.
using Ring = std::array<char, ring_size>;

/// A line begins with a capital letter, which tells what follows, and has no other capital letter.
constexpr std::array<std::string_view, 12> sentences = {
    "Bread is baked before the sun comes up.",  "Cats like to sleep on a warm stone wall.",
    "Down by the river the boats lie still.",   "Every morning the bell rings seven times.",
    "Grass grows where nobody walks on it.",    "Hens lay their eggs in the hay of the barn.",
    "In the evening we light a lamp and read.", "Kites fly best when the wind blows hard.",
    "Late in the summer the plums are ripe.",   "Most of the time it is quiet in the garden.",
    "Nobody knows who painted the green door.", "On the hill stands a mill with white sails."};

void put(MarkedText& to, ByteKind kind, std::string_view text) {
  to.text += text;
  to.kinds.insert(to.kinds.end(), text.size(), kind);
}

void put(MarkedText& to, ByteKind kind, char c) {
  put(to, kind, std::string_view(&c, 1));
}

/// Words that begin a line.
void put_opening(MarkedText& to, std::string_view words) {
  put(to, ByteKind::drawn, words.substr(0, 1));
  put(to, ByteKind::filler, words.substr(1));
}

void put_sentence(MarkedText& to, Random& random) {
  put_opening(to, sentences[size_t(random.below(sentences.size()))]);
  put(to, ByteKind::filler, "\n");
}

/// "17+25=42": two digits each, and all such sums are equally likely.
void put_sum(MarkedText& to, Random& random) {
  int64_t a = 0, b = 0;
  do {
    a = 10 + random.below(80);
    b = 10 + random.below(80);
  } while (a + b > 99);
  put(to, ByteKind::drawn, std::to_string(a));
  put(to, ByteKind::structure, "+");
  put(to, ByteKind::drawn, std::to_string(b));
  put(to, ByteKind::structure, "=");
  put(to, ByteKind::sum, std::to_string(a + b));
}

void put_sums(MarkedText& to, Random& random) {
  put_opening(to, "Add: ");
  for (const char* end : {", ", ", ", ".\n"}) {
    put_sum(to, random);
    put(to, ByteKind::structure, end);
  }
}

/// "a>d b>e c>f d>c e>a f>b". Sorted, so that an arrow can be found by its place: from mixed ones, models of this size
/// did not learn even one step within minutes.
void put_arrows(MarkedText& to, const Ring& ring) {
  for (char from = 'a'; from < 'a' + ring_size; ++from) {
    const auto at = std::find(ring.begin(), ring.end(), from);
    if (from != 'a') put(to, ByteKind::structure, " ");
    put(to, ByteKind::structure, from);
    put(to, ByteKind::structure, ">");
    put(to, ByteKind::drawn, at + 1 == ring.end() ? ring.front() : at[1]);
  }
}

ByteKind lookup_of(int64_t steps) {
  return ByteKind(int64_t(ByteKind::sum) + steps);
}

/// "a:3=f"
void put_question(MarkedText& to, const Ring& ring, int64_t steps, Random& random) {
  const int64_t from = random.below(ring_size);
  put(to, ByteKind::drawn, ring[size_t(from)]);
  put(to, ByteKind::structure, ":");
  put(to, ByteKind::drawn, std::to_string(steps));
  put(to, ByteKind::structure, "=");
  put(to, lookup_of(steps), ring[size_t((from + steps) % ring_size)]);
}

/// Asks for three arrows before two: the other way round, the answer for two could be a part of the way for three.
std::array<int64_t, 3> draw_questions(Random& random) {
  constexpr std::array<std::array<int64_t, 3>, 3> orders = {{{1, 3, 2}, {3, 1, 2}, {3, 2, 1}}};
  return orders[size_t(random.below(orders.size()))];
}

void put_lookups(MarkedText& to, Random& random) {
  Ring ring = {'a', 'b', 'c', 'd', 'e', 'f'};
  shuffle(ring, random);
  put_opening(to, "Follow: ");
  put_arrows(to, ring);
  put(to, ByteKind::structure, ";");
  for (const int64_t steps : draw_questions(random)) {
    put(to, ByteKind::structure, " ");
    put_question(to, ring, steps, random);
  }
  put(to, ByteKind::structure, ".\n");
}

/// Two of seven lines are sentences, two are sums, three are look-ups.
void put_line(MarkedText& to, uint64_t seed, uint64_t number) {
  // Stories use the lower half of the stream's numbers, and there are never enough of them to reach the upper half.
  Random random(seed, stream_of(Stream::data, (1u << 31) + number));
  constexpr std::array lines = {put_sentence, put_sentence, put_sums, put_sums, put_lookups, put_lookups, put_lookups};
  lines[size_t(random.below(lines.size()))](to, random);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_mark(char c) {
  return !is_digit(c) && !(c >= 'a' && c <= 'z');
}

/// The kind of the letter or digit line[at] of a puzzle. line[mark] is the last mark before it; `asking`: after the
/// arrows.
ByteKind kind_in_puzzle(std::string_view line, size_t at, size_t mark, bool asking) {
  const bool digit = is_digit(line[at]);
  if (line[mark] == '=') return digit ? ByteKind::sum : lookup_of(std::clamp<int64_t>(line[mark - 1] - '0', 1, 3));
  const bool tail_of_arrow = !digit && line[mark] == ' ' && !asking;
  return tail_of_arrow ? ByteKind::structure : ByteKind::drawn;
}

/// Adds the kinds of a whole line.
void mark_line(std::string_view line, std::vector<ByteKind>& kinds) {
  const size_t colon = line.find(": ");
  const size_t puzzle = colon == line.npos ? line.size() : colon + 2;
  size_t mark = 0;
  bool asking = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const bool at_mark = is_mark(line[i]);
    if (at_mark) mark = i;
    asking |= line[i] == ';';
    if (i == 0) {
      kinds.push_back(ByteKind::drawn);
    } else if (i < puzzle) {
      kinds.push_back(ByteKind::filler);
    } else {
      kinds.push_back(at_mark ? ByteKind::structure : kind_in_puzzle(line, i, mark, asking));
    }
  }
}

}  // namespace

MarkedText make_puzzles(uint64_t seed, int64_t bytes) {
  check_input(bytes >= 0 && bytes <= int64_t(1) << 30, "{} bytes of puzzles: out of range (0 to {})", bytes,
              int64_t(1) << 30);
  MarkedText made;
  for (uint64_t number = 0; int64_t(made.text.size()) < bytes; ++number) put_line(made, seed, number);
  return made;
}

std::vector<ByteKind> kinds_of(std::string_view text) {
  std::vector<ByteKind> kinds;
  kinds.reserve(text.size());
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (text[0] >= 'A' && text[0] <= 'Z') {
      mark_line(text.substr(0, end), kinds);
    } else {
      kinds.insert(kinds.end(), end, ByteKind::cut);
    }
    text.remove_prefix(end);
  }
  return kinds;
}

}  // namespace tinymor
