#pragma once
// Between the texts that are computed with and what ImGui can draw of them. Its characters have 16 bits and its fonts
// the glyphs they were loaded with; here a text gets what it needs: missing glyphs are added to the fonts, from any
// font that is installed, and what does not fit into 16 bits is drawn by a stand-in from Unicode's private area, which
// is changed back on the way out of a text field. So nothing that is computed depends on what can be drawn.

#include <string>
#include <string_view>

#include "visualizer/draw/theme.h"

namespace tinymor::ui {

/// A text as ImGui draws it in a font; every character of it has a glyph.
class Drawn {
 public:
  explicit Drawn(std::string_view text, Font font = Font::body);
  Drawn(const Drawn&) = delete;
  Drawn& operator=(const Drawn&) = delete;

  const char* begin() const { return view_.data(); }
  const char* end() const { return view_.data() + view_.size(); }
  /// Ends with a zero where the text did.
  const char* c_str() const { return view_.data(); }

 private:
  std::string own_;
  std::string_view view_;
};

/// A text as a text field edits it: also what a field would drop, control characters and bytes that are no UTF-8, is
/// there by a stand-in. False, with U+FFFD in `editable`, where there are more such characters than stand-ins (6400).
bool make_editable(std::string_view text, std::string& editable);
/// The text that a Drawn or an editable text was made of.
std::string original(std::string_view drawn);

/// A character was typed, of any size. Goes to ImGui, and to the text field that has the keyboard.
void type_character(uint32_t code_point);
/// One character of it after the other.
void type_text(std::string_view text);
/// The character that a text field is to take for one that ImGui heard from type_character.
ImWchar typed_stand_in(ImWchar heard);
/// Puts a text onto the clipboard.
void copy(std::string_view text);
/// From now on the current context's clipboard holds texts as they are.
void keep_clipboard_true();

/// Leaves room for glyphs in an atlas that is about to be built. They are searched in these files before all other
/// fonts; with empty names they are boxes with code points, the same on every machine.
void reserve_glyphs(ImFontAtlas& atlas, const std::string& regular, const std::string& bold);
/// Whether the atlas has got glyphs since this was asked last: the renderer's texture of it is stale.
bool glyphs_added();
/// Whether a glyph found no room: fonts are to be loaded again, which leaves more.
bool glyphs_lack_room();

}  // namespace tinymor::ui
