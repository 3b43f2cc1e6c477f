#pragma once
// Text with questions of one, two and three steps, to see whether a model's depth follows them. One look-up by
// attention follows one step. How many passes a model really needs is measured (trainer/experiments/needed_depth.h): an
// MLP that multiplies enough numbers follows steps, too.
//
//   gf hp ec me fm bh pg cb kites fly when wind blows twice p f thrice c p once e c ...
//
// A pair leads from its first letter to its second: gf from g to f. The eight pairs of a line form one ring through
// eight of sixteen letters, in any order. (With only eight letters, 56 pairs, one pass learned two steps, too; with
// sixteen, 240 pairs, it does not.) "twice p" asks where two pairs lead from p: to g, to f. Nine such questions follow,
// three of each kind; between them and the pairs is a sentence that follows from its first word. Every line is drawn
// independently of the others and is a document of its own. With 896 pieces each word is one token.
//
// Pairs, and which questions are asked, are drawn by chance; they need no thinking, because it could not help.

#include <cstdint>
#include <string>
#include <string_view>

namespace tinymor {

/// Whole lines, `bytes` of text or a little more. Line number i depends on (seed, i) only, so a longer text begins with
/// the shorter one, and is the same on every machine. ASCII. Throws InputError when `bytes` is negative or beyond a
/// gigabyte.
std::string make_hops(uint64_t seed, int64_t bytes);

/// The largest number of steps that is asked.
inline constexpr int64_t most_hops = 3;

/// How many steps the word before a letter asks for: once 1, twice 2, thrice 3; 0: it asks nothing.
int64_t hops_asked(std::string_view word);

}  // namespace tinymor
