#include "visualizer/draw/memo.h"

#include <stdexcept>
#include <string>

#include "support/catch.h"

using namespace tinymor;

TEST_CASE("a memo makes its value again only when the key has changed") {
  Memo<std::pair<int, std::string>, int> memo;
  int made = 0;
  const auto make = [&] { return ++made; };
  CHECK(memo.of({1, "a"}, make) == 1);
  CHECK(memo.of({1, "a"}, make) == 1);
  CHECK(memo.of({1, "b"}, make) == 2);
  CHECK(memo.of({1, "a"}, make) == 3);
}

TEST_CASE("a memo keeps nothing when its value cannot be made") {
  Memo<int, int> memo;
  const auto fail = []() -> int { throw std::runtime_error("no"); };
  CHECK(memo.of(1, [] { return 10; }) == 10);
  CHECK_THROWS(memo.of(2, fail));
  CHECK(memo.of(2, [] { return 20; }) == 20);
  CHECK(memo.of(1, [] { return 11; }) == 11);
}
