#pragma once
// What can happen in a story. All scenes know two children: {A}, whom the story is about, and the friend {B}.

#include <vector>

#include "datasets/story_teller.h"

namespace tinymor::stories {

enum class Where { anywhere, outdoors, indoors };

/// One paragraph that depends on no other.
struct Scene {
  Where where;
  void (*tell)(Teller&);
};

/// Something that begins early in a story and comes back near its end; a reader has to remember it in between.
struct Thread {
  Where where;
  void (*begin)(Teller&);
  void (*end)(Teller&);
};

extern const std::vector<Scene> openings;
extern const std::vector<Scene> scenes;
extern const std::vector<Scene> endings;
extern const std::vector<Thread> threads;

// Words that fit where the story happens.
std::string deal_spot(Teller&);
std::string deal_animal(Teller&);
const Noun& deal_things(Teller&);
/// "red kite", and under {slot}_toy "kite".
void set_toy(Teller&, const std::string& slot);

}  // namespace tinymor::stories
