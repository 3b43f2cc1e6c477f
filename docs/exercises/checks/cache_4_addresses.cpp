#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_addresses() {
  const int64_t size = 2, width = 3;
  std::vector<int64_t> free{4, 1, 3};
  PagedText a, b;
  struct Step {
    bool first;  // whether text a is the one that grows
    bool room;
    std::vector<int64_t> pages;
    const char* hint;
  };
  int64_t entries[2] = {0, 0};
  for (const Step& step : std::vector<Step>{{true, true, {3}, "the first entry takes a page, the last of `free`"},
                                            {true, true, {3}, "the page has room for a second entry"},
                                            {false, true, {1}, "each text has pages of its own"},
                                            {true, true, {3, 4}, "the third entry does not fit the first page"},
                                            {false, true, {1}, "the second entry fits the page of the first"},
                                            {false, false, {1}, "a page is needed and none is free: change nothing"}}) {
    PagedText& text = step.first ? a : b;
    const char* name = step.first ? "a" : "b";
    int64_t& count = entries[step.first ? 0 : 1];
    trying(fmt::format("pages of {}: entry {} of text {}", size, count, name));
    const bool room = append_entry(text, free, size);
    count += step.room;
    if (room != step.room || text.pages != step.pages || text.entries != count)
      return not_yet(fmt::format("pages of {}: text {} after {} entries should have the pages {} and {}, yours has {} "
                                 "with {} entries, and append_entry said {}",
                                 size, name, count, shown(step.pages), step.room ? "had room" : "no room for the next",
                                 shown(text.pages), text.entries, room),
                     step.hint);
  }
  struct Place {
    int64_t i, c, address;
    const char* hint;
  };
  for (const Place& place :
       std::vector<Place>{{0, 0, 18, "page 3 begins at 3 pages of 2 entries of 3 numbers"},
                          {0, 1, 20, "turned on their side: number 1 comes after number 0 of both keys"},
                          {1, 0, 19, "number 0 of entry 1 is beside number 0 of entry 0"},
                          {2, 2, 28, "entry 2 is the first of the text's second page, page 4"}}) {
    const PagedText text{{3, 4}, 3};
    trying(fmt::format("number {} of entry {}", place.c, place.i));
    const int64_t given = address_of(text, size, width, place.i, place.c);
    if (given != place.address)
      return not_yet(
          fmt::format("pages [3,4] of {} entries, keys of {} numbers: number {} of entry {} should be at {}, you "
                      "gave {}",
                      size, width, place.c, place.i, place.address, given),
          place.hint);
  }
  trying("a text that gives its pages back");
  give_back(a, free);
  if (free != std::vector<int64_t>{3, 4} || !a.pages.empty() || a.entries != 0)
    return not_yet(
        fmt::format("text a gave the pages [3,4] back: free should be [3,4] and the text empty; free is {}, and it "
                    "has {} pages and {} entries",
                    shown(free), a.pages.size(), a.entries),
        "its entries are gone with its pages");
  return done();
}

const AddExercise add({9, "cache_4_addresses", "Entries in pages",
                       "entry i is in page pages[i / size]; a new page is taken when i % size is 0", check_addresses});

}  // namespace
}  // namespace tinymor
