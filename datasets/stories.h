#pragma once
// Short stories in simple English, made by a grammar: something small to train on that is pleasant to read, and in
// which some tokens are easy and some are hard. Hard ones are the answer of a sum, the name of the child whose kite
// flew away, the place where the ball was left six sentences ago, or the secret word that opens the door.
//
// How it is made: story_teller.h fills in sentences, story_words.h has the words, story_scenes.h the scenes.

#include <cstdint>
#include <string>

namespace tinymor {

/// Whole stories with a blank line between two, `bytes` of text or a little more. Story number i depends on (seed, i)
/// only, so a longer text begins with the shorter one, and is the same on every machine. ASCII. Throws InputError when
/// `bytes` is negative or beyond a gigabyte.
std::string make_stories(uint64_t seed, int64_t bytes);

}  // namespace tinymor
