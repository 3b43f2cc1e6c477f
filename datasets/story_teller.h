#pragma once
// Fills in the sentences of a story. A sentence is written with two kinds of holes:
//
//   "[One|Early one] morning {A} found {n_things}."
//
// one alternative of [..|..] is taken at random, and {slot} is the text that was set under that name before; with a
// capital ({Thing}, {A.He}) the text is capitalized. "a" becomes "an" where it should.

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "tensor/random.h"

namespace tinymor::stories {

struct Person {
  std::string name;
  bool girl;
};

struct Noun {
  std::string singular;
  std::string plural;
};

class Teller {
 public:
  explicit Teller(Random random) : random_(random) {}

  // Chance.

  /// A number from `low` to `high`, both included.
  int64_t number(int64_t low, int64_t high) { return low + random_.below(high - low + 1); }
  bool coin() { return random_.below(2) == 1; }
  /// A word of `list` that this story has not used yet, as long as there are any. `list` must outlive the teller.
  template <class T>
  const T& deal(const std::vector<T>& list) {
    std::vector<size_t>& left = left_[&list];
    if (left.empty()) {
      for (size_t i = 0; i < list.size(); ++i) left.push_back(i);
    }
    const auto at = left.begin() + random_.below(static_cast<int64_t>(left.size()));
    const size_t index = *at;
    left.erase(at);
    return list[index];
  }

  // Slots.

  void set(const std::string& slot, const std::string& text) { slots_[slot] = text; }
  void set(const std::string& slot, int64_t number) { slots_[slot] = std::to_string(number); }
  /// "3 apples", "1 apple"
  void set_count(const std::string& slot, int64_t n, const Noun& noun);
  /// {slot} is the name, {slot.he}, {slot.him}, {slot.his} are the pronouns, {slot.child} is "girl" or "boy".
  void set_person(const std::string& slot, const Person& person);
  /// The text of {slot}. Throws Error when there is no such slot.
  std::string get(const std::string& slot) const;

  // Telling.

  /// Adds one of `variants` to the story, as a paragraph.
  void tell(std::initializer_list<const char*> variants);
  /// Keeps a filled-in phrase for the end of the story.
  void remember(const std::string& phrase) { memories_.push_back(fill(phrase)); }
  /// "the red kite and the small frog": the first and the last thing remembered.
  std::string memories() const;
  /// The story so far; every paragraph ends with "\n".
  const std::string& story() const { return story_; }

  /// Whether the story happens in a house.
  bool indoors = false;

 private:
  std::string choose(const std::string& sentence);
  std::string fill(const std::string& sentence) const;

  Random random_;
  std::map<const void*, std::vector<size_t>> left_;  // by list: the indices not dealt yet
  std::map<std::string, std::string> slots_;
  std::vector<std::string> memories_;
  std::string story_;
};

}  // namespace tinymor::stories
