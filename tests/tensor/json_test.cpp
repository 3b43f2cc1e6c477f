#include "tensor/json.h"

#include "support/catch.h"

using namespace tinymor;

TEST_CASE("JSON is valid UTF-8 without a raw control character, and says what it was given") {
  for (const std::string text :
       {"a\x1b[31m\n\t", "\x7f", "\xC2\x80|\xC2\x9B|\xC2\x9F", "\xC2\xA0\xC3\x9B\xE4\xBD\xA0"}) {
    const std::string written = json_text({{text, text}});
    CAPTURE(written);
    CHECK(nlohmann::json::parse(written)[text] == text);
    CHECK(written.find_first_of("\x1b\n\t\x7f") == written.npos);
    for (const char* control : {"\xC2\x80", "\xC2\x9B", "\xC2\x9F"}) CHECK(written.find(control) == written.npos);
  }
  CHECK(json_text({{"text", "caf\xC3\xA9 \xC2\x9B \xC2"}}) == "{\"text\":\"caf\xC3\xA9 \\u009b \xEF\xBF\xBD\"}");
}
