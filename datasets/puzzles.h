#pragma once
// Text in which each byte is known to be easy, hard or random, to see whether a model's depth goes where thinking is
// needed: look-ups of one to three steps and sums, among sentences that are determined by their first letter.
//
//   Grass grows where nobody walks on it.
//   Add: 17+25=42, 60+13=73, 28+44=72.
//   Follow: a>d b>e c>f d>c e>a f>b; c:1=f a:3=f d:2=f.
//
// a:3 asks where three arrows lead from a: to d, to c, to f. The arrows of a line form one ring through six letters; in
// a ring of five, three steps forward would be two backward. Each such line asks questions of one, two and three
// steps, three before two, so that no answer shortens the way to a later one. Every line is drawn
// independently of the others, so everything that an answer needs is in the 60 bytes of its own line.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tinymor {

/// What a byte of such a text is to a reader who has seen all bytes before it. Only answers take thought, and a model
/// has to take it one byte earlier, where it predicts them.
enum class ByteKind : uint8_t {
  cut,        ///< In a line that began before the text did, so that no reader may be able to predict it.
  filler,     ///< In a sentence: follows from the letters before it in its line.
  structure,  ///< The + > = : ; of a puzzle, and the letters that arrows start from: follow from the pattern.
  drawn,      ///< Chance chose it: the first letter of a line, numbers to add, where arrows lead, what is asked.
              ///< (The last arrow goes to the one letter that is left.)
  sum,        ///< Answer: a digit of a sum.
  lookup1,    ///< Answer: the letter one step on; the next two are for two and three steps.
  lookup2,
  lookup3
};

/// The name of each kind.
inline constexpr std::array<const char*, 8> byte_kind_names = {"cut", "filler",  "structure", "drawn",
                                                               "sum", "lookup1", "lookup2",   "lookup3"};

inline bool is_answer(ByteKind kind) {
  return kind >= ByteKind::sum;
}

struct MarkedText {
  std::string text;
  std::vector<ByteKind> kinds;  ///< Of each byte of the text.
};

/// Whole lines, `bytes` of text or a little more. Line number i depends on (seed, i) only, so a longer text begins with
/// the shorter one, and is the same on every machine. ASCII. Throws InputError when `bytes` is negative or beyond a
/// gigabyte.
MarkedText make_puzzles(uint64_t seed, int64_t bytes);

/// The kind of each byte of `text`, which is any part of what make_puzzles makes, such as a window of a training batch.
/// Only a first line that is not whole has other kinds than in the full text: it is cut. A byte's kind
/// follows from it and the bytes before it. For other texts the result means nothing.
std::vector<ByteKind> kinds_of(std::string_view text);

}  // namespace tinymor
