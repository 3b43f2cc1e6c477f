#include "datasets/stories.h"

#include "datasets/story_scenes.h"
#include "datasets/story_words.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

using namespace stories;

/// Those of `all` that can happen where the story takes place.
template <class T>
std::vector<T> fitting(const std::vector<T>& all, const Teller& teller) {
  const Where here = teller.indoors ? Where::indoors : Where::outdoors;
  std::vector<T> result;
  for (const T& each : all) {
    if (each.where == Where::anywhere || each.where == here) result.push_back(each);
  }
  return result;
}

/// Who, where, and how old: what stays the same through a story.
void set_cast(Teller& teller) {
  teller.indoors = teller.number(1, 3) == 1;
  teller.set_person("A", teller.deal(words::children));
  teller.set_person("B", teller.deal(words::children));
  teller.set_person("parent", teller.deal(words::parents));
  const words::Place& place = teller.deal(teller.indoors ? words::rooms : words::places);
  teller.set("place", place.name);
  teller.set("in_place", place.being_there);
  const int64_t age = teller.number(4, 7), older = teller.number(1, 3);
  teller.set("A.age", age);
  teller.set("B.age", age + older);
  teller.set("B.age_before", age + older - 1);
  teller.set_count("years_older", older, {"year", "years"});
}

/// Opening, one or two threads that begin, some scenes between, the threads' ends, ending.
std::string make_story(uint64_t seed, uint64_t number) {
  Teller teller(Random(seed, stream_of(Stream::data, number)));
  set_cast(teller);
  const auto opening = fitting(openings, teller), middle = fitting(scenes, teller), ending = fitting(endings, teller);
  const auto to_begin = fitting(threads, teller);

  const int64_t n_threads = teller.number(1, 2);
  std::vector<Thread> begun;
  teller.deal(opening).tell(teller);
  for (int64_t i = 0; i < n_threads; ++i) {
    begun.push_back(teller.deal(to_begin));
    begun.back().begin(teller);
    teller.deal(middle).tell(teller);
  }
  if (teller.coin()) teller.deal(middle).tell(teller);
  for (const Thread& thread : begun) thread.end(teller);
  teller.deal(ending).tell(teller);
  return teller.story();
}

}  // namespace

std::string make_stories(uint64_t seed, int64_t bytes) {
  check_input(bytes >= 0 && bytes <= int64_t(1) << 30, "{} bytes of stories: out of range (0 to {})", bytes,
              int64_t(1) << 30);
  std::string text;
  for (uint64_t number = 0; static_cast<int64_t>(text.size()) < bytes; ++number) {
    if (number > 0) text += "\n";
    text += make_story(seed, number);
  }
  return text;
}

}  // namespace tinymor
