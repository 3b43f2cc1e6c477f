#include "datasets/pieces.h"

#include "support/catch.h"

using namespace tinymor;

TEST_CASE("pieces are readable, short and valid text") {
  CHECK(readable_piece("\u2581the") == " the");
  CHECK(readable_piece("\n") == "\u00b6");
  CHECK(readable_piece("<0x0A>") == "\u00b6");
  CHECK(readable_piece("\xff\xc3") == "??");
  CHECK(readable_piece("\u00e9\u4e2d") == "\u00e9\u4e2d");
  CHECK(readable_piece(std::string(1000, 'x')).size() <= 52);
  CHECK(quoted_piece(" the") == "\u00b7the");
  CHECK(readable_piece("") == "");
  CHECK(in_quotes(" the") == "\u201c\u00b7the\u201d");
  CHECK(in_quotes(",\"") == "\u201c,\"\u201d");
}
