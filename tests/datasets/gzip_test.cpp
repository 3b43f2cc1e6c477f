#include "datasets/gzip.h"

#include "datasets/stories.h"
#include "support/catch.h"
#include "support/gzip.h"
#include "tensor/error.h"

using namespace tinymor;

TEST_CASE("what gzip packed comes back, from one file or several in a row") {
  const std::string text = make_stories(1, 300'000);
  const std::string packed = gzipped(text);
  CHECK(is_gzip(packed));
  CHECK_FALSE(is_gzip(text));
  CHECK(packed.size() < text.size() / 2);
  CHECK(gunzip(packed, "x", text.size()) == text);
  CHECK(gunzip(gzipped(""), "x", 0).empty());
  CHECK(gunzip(gzipped("one ") + gzipped("two"), "x", 7) == "one two");
}

TEST_CASE("damaged gzip files are refused wherever they are cut or changed, and so is what unpacks to too much") {
  const std::string packed = gzipped("a text that is not very long, but long enough");
  for (size_t length = 0; length < packed.size(); ++length)
    CHECK_THROWS_AS(gunzip(std::string_view(packed).substr(0, length), "x", 1000), InputError);
  CHECK_THROWS_WITH(gunzip(packed.substr(0, 20), "FILE", 1000), ContainsSubstring("FILE: damaged"));
  std::string changed = packed;
  changed[packed.size() / 2] ^= 1;
  CHECK_THROWS_AS(gunzip(changed, "x", 1000), InputError);
  CHECK_THROWS_AS(gunzip(packed + "rest", "x", 1000), InputError);
  CHECK_THROWS_WITH(gunzip(gzipped(std::string(1 << 24, 'a')), "FILE", 1 << 20),
                    ContainsSubstring("FILE: unpacks to more than 1048576 bytes"));
}
