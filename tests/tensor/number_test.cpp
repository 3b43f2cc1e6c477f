#include "tensor/number.h"

#include <cstdint>

#include "support/catch.h"

using namespace tinymor;

TEST_CASE("a number is read to the last digit, with or without its sign") {
  CHECK(parse_number<double>("0.8") == 0.8);
  CHECK(parse_number<double>("+0.8") == 0.8);
  CHECK(parse_number<double>("-1e-3") == -1e-3);
  CHECK(parse_number<float>("3.4e38") == 3.4e38f);
  CHECK(parse_number<int64_t>("-9223372036854775808") == INT64_MIN);
  CHECK(parse_number<uint64_t>("18446744073709551615") == UINT64_MAX);
  CHECK(parse_number<int64_t>("010") == 10);
}

TEST_CASE("a text that is not a finite number gives none") {
  for (const char* text : {"",      " ",      "+",  "-",    "+-1",  "nan", "-nan", "nan(1)", "inf", "-inf", "infinity",
                           "1e999", "-1e999", "0x", "0x10", "1.5f", "1,5", "1 ",   " 1",     "1e",  "one"}) {
    INFO(text);
    CHECK_FALSE(parse_number<double>(text));
    CHECK_FALSE(parse_number<float>(text));
    CHECK_FALSE(parse_number<int64_t>(text));
  }
  CHECK_FALSE(parse_number<float>("1e39"));
  CHECK_FALSE(parse_number<int64_t>("1.0"));
  CHECK_FALSE(parse_number<int64_t>("9223372036854775808"));
  CHECK_FALSE(parse_number<uint64_t>("-1"));
}

TEST_CASE("a number is taken off the beginning of a text, which stays whole where there is none") {
  std::string_view text = "12.5*x";
  CHECK(take_number<float>(text) == 12.5f);
  CHECK(text == "*x");
  CHECK_FALSE(take_number<float>(text));
  CHECK(text == "*x");
}

TEST_CASE("a number that does not fit is told apart from a text that is not a number, and the bound is named") {
  CHECK(beyond_range<int8_t>("128") == "is too large (give at most 127)");
  CHECK(beyond_range<int8_t>("+128") == "is too large (give at most 127)");
  CHECK(beyond_range<int8_t>("-129") == "is too small (give at least -128)");
  CHECK(beyond_range<uint64_t>("18446744073709551616") == "is too large (give at most 18446744073709551615)");
  CHECK(beyond_range<double>("1e309") == "is too large (give at most 1.7976931348623157e+308)");
  CHECK(beyond_range<double>("-" + std::string(400, '9')) == "is too small (give at least -1.7976931348623157e+308)");
  CHECK(beyond_range<double>("-1e-400") == "is too close to 0 (give 0)");
  for (const char* text : {"", "+", "1e309x", "x1e309", "1e308", "0", "nan", "inf"}) {
    INFO(text);
    CHECK(beyond_range<double>(text) == "");
  }
  CHECK(beyond_range<int8_t>("127") == "");
}
