#include "visualizer/draw/glyphs.h"
#include "visualizer/draw/rasterizer.h"

#include "support/catch.h"
#include "visualizer/desk.h"
#include "visualizer/draw/svg.h"
#include "visualizer/state/settings.h"

using namespace tinymor;

namespace {

/// More than 16 bits (an emoji, a clef, an ideograph), the private area, and what Latin fonts lack.
const std::string odd = "a\u2264\U0001F600\U0001D11E\U00020000\uE001\u05D0\u0627\u6F22z";

/// That of the first character, once the text is drawn.
const ImFontGlyph* glyph_of(const std::string& text) {
  const ui::Drawn drawn(text);
  unsigned int c = 0;
  for (const char* at = drawn.begin(); at < drawn.end(); ++at)
    c = at == drawn.begin() ? unsigned(*at) & 0x0F : c << 6 | (unsigned(*at) & 0x3F);
  return ui::font(ui::Font::body)->FindGlyphNoFallback(ImWchar(c));
}

/// Its pixels.
std::vector<uint8_t> shape(const ImFontGlyph& glyph) {
  const FontTexture atlas = font_texture();
  std::vector<uint8_t> out;
  for (int y = int(glyph.V0 * float(atlas.height) + 0.5f); y < int(glyph.V1 * float(atlas.height) + 0.5f); ++y)
    for (int x = int(glyph.U0 * float(atlas.width) + 0.5f); x < int(glyph.U1 * float(atlas.width) + 0.5f); ++x)
      out.push_back(atlas.alpha[size_t(y) * size_t(atlas.width) + size_t(x)]);
  return out;
}

}  // namespace

TEST_CASE("a text that is opened, typed or pasted stays what it is, whatever of it can be drawn") {
  Desk desk;
  std::string& prompt = desk.state().request.prompt;
  REQUIRE(desk.window.click("page.2"));
  REQUIRE(desk.window.click("gen.prompt"));
  desk.window.key(ImGuiKey_End);
  const std::string before = prompt;
  desk.window.type(odd);
  CHECK(prompt == before + odd);
  const std::string pasted = odd + "\tq\x01\xFF\r\n!";
  ui::copy(pasted);
  desk.window.key(ImGuiKey_Insert, true);
  CHECK(prompt == before + odd + pasted);
  desk.window.key(ImGuiKey_Escape);

  apply(desk.state(), desk.source, "tokens.view own");
  desk.state().show = "tokens";
  desk.state().own_text = pasted;
  desk.window.frames(3);
  CHECK(desk.state().own_text == pasted);
  REQUIRE(desk.window.click("tokens.own"));
  desk.window.key(ImGuiKey_Home);
  desk.window.type("!");
  std::string without = desk.state().own_text;
  std::erase(without, '!');
  CHECK(without == odd + "\tq\x01\xFF\r\n");
}

TEST_CASE("a drawn text is the original again, and a drawing has the original") {
  Desk desk;
  const std::string all = odd + "\x80\xFF\uFFFF\uFDD0";
  const ui::Drawn drawn(all);
  CHECK(std::string(drawn.begin(), drawn.end()) != all);
  CHECK(ui::original({drawn.begin(), drawn.end()}) == all);
  SvgCanvas canvas;
  canvas.text({0, 0}, IM_COL32_WHITE, odd);
  CHECK_THAT(canvas.file({{0, 0}, {9, 9}}, {}), ContainsSubstring(odd));
}

TEST_CASE("a character that no font has is a box with its code point") {
  Desk desk;
  const ImFontGlyph *one = glyph_of("\u0378"), *other = glyph_of("\u0379");
  REQUIRE(one);
  one = glyph_of("\u0378");  // those found before may have moved
  other = glyph_of("\u0379");
  CHECK(one->Visible);
  CHECK(one->AdvanceX == other->AdvanceX);
  CHECK(shape(*one) != shape(*other));
  CHECK(text_size("\U0001F600").x > text_size("\u0378").x);  // six digits, not four
}

TEST_CASE("glyphs come from any font that is installed, also those beyond 16 bits") {
  WritingSource source;
  Headless window(source, 1280, 800, ui::FontSource::system);
  window.frames(2);
  // DejaVu Sans has them all; the fonts are loaded without.
  const float box = glyph_of("\u0378")->AdvanceX;
  for (const char* text : {"\u2264", "\u05D0", "\u0627", "\u0E3F", "\U0001F600"}) {
    CAPTURE(text);
    const ImFontGlyph* glyph = glyph_of(text);
    REQUIRE(glyph);
    CHECK(glyph->Visible);
    const auto pixels = shape(*glyph);
    CHECK(std::any_of(pixels.begin(), pixels.end(), [](uint8_t a) { return a > 0 && a < 255; }));  // no box
    CHECK(glyph->AdvanceX != box);
  }
}

TEST_CASE("glyphs that find no room get it with the next frame") {
  Desk desk;
  std::string many;
  for (int c = 0x4E00; c < 0x4E00 + 3000; ++c)
    many += {char(0xE0 | c >> 12), char(0x80 | (c >> 6 & 0x3F)), char(0x80 | (c & 0x3F))};
  desk.state().request.prompt = many;
  REQUIRE(desk.window.click("page.2"));
  desk.window.frames(8);
  CHECK_FALSE(ui::glyphs_lack_room());
  CHECK(ui::font(ui::Font::body)->FindGlyphNoFallback(0x4E00 + 2999));
}
