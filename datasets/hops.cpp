#include "datasets/hops.h"

#include <algorithm>
#include <array>

#include "datasets/shuffle.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

constexpr size_t letters = 16, ring_size = 8;
constexpr int64_t questions_of_each = 3;

constexpr std::array<std::string_view, most_hops> times = {"once", "twice", "thrice"};

/// Each begins with a word of its own, and none has a word that is a letter of the ring.
constexpr std::array<std::string_view, 6> sentences = {"the mill stands on the hill",  "cats sleep on warm walls",
                                                       "every morning the bell rings", "boats lie still by the river",
                                                       "we light our lamp and read",   "kites fly when wind blows"};

std::string line_of(Random& random) {
  std::array<char, letters> ring;  // whose first letters are the ring
  for (size_t i = 0; i < letters; ++i) ring[i] = char('a' + i);
  shuffle(ring, random);
  std::array<size_t, ring_size> order;
  for (size_t i = 0; i < ring_size; ++i) order[i] = i;
  shuffle(order, random);
  const auto after = [&](size_t i, int64_t steps) { return ring[(i + size_t(steps)) % ring_size]; };
  std::string line;
  for (size_t i : order) line += {ring[i], after(i, 1), ' '};
  line += sentences[size_t(random.below(int64_t(sentences.size())))];
  std::array<int64_t, questions_of_each * most_hops> asked;
  for (size_t i = 0; i < asked.size(); ++i) asked[i] = 1 + int64_t(i) % most_hops;
  shuffle(asked, random);
  for (const int64_t steps : asked) {
    const size_t from = size_t(random.below(int64_t(ring_size)));
    line += fmt::format(" {} {} {}", times[size_t(steps - 1)], ring[from], after(from, steps));
  }
  return line + "\n";
}

}  // namespace

std::string make_hops(uint64_t seed, int64_t bytes) {
  check_input(bytes >= 0 && bytes <= int64_t(1) << 30, "{} bytes of hops: out of range (0 to {})", bytes,
              int64_t(1) << 30);
  std::string text;
  for (uint64_t number = 0; int64_t(text.size()) < bytes; ++number) {
    // Stories and puzzles use lower numbers of the stream.
    Random random(seed, stream_of(Stream::data, (3u << 30) + uint32_t(number)));
    text += line_of(random);
  }
  return text;
}

int64_t hops_asked(std::string_view word) {
  const auto at = std::find(times.begin(), times.end(), word);
  return at == times.end() ? 0 : 1 + (at - times.begin());
}

}  // namespace tinymor
