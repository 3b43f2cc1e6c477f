#include "visualizer/draw/glyphs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "datasets/utf8.h"
#include "visualizer/draw/fonts.h"

namespace tinymor::ui {
namespace {

constexpr uint32_t bytes_from =
    0x110000;  // a byte that is not UTF-8 is numbered as a character beyond the last of Unicode
constexpr uint32_t private_first = 0xE000, private_last = 0xF8FF;
// Unicode promises that no text has these: they carry what was typed past ImGui, which takes 16 bits and drops the
// private area.
constexpr uint32_t typed_first = 0xFDD0, typed_last = 0xFDEF;

/// The first character of a text that is not empty, or its first byte; `bytes` is how many it takes.
uint32_t first_character(std::string_view text, size_t& bytes) {
  const size_t length = character_length(text);
  bytes = std::max<size_t>(1, length);
  return length > 0 ? code_point(text.substr(0, length)) : bytes_from + static_cast<unsigned char>(text[0]);
}

void append(std::string& text, uint32_t c) {
  if (c >= bytes_from)
    text += char(c - bytes_from);
  else
    append_character(text, c);
}

bool is_private(uint32_t c) {
  return c >= private_first && c <= private_last;
}

/// Whether ImGui cannot carry the character itself.
bool needs_stand_in(uint32_t c) {
  return c >= 0xFFFE || is_private(c) || (c >= typed_first && c <= typed_last);
}

struct StandIns {
  std::map<uint32_t, ImWchar> of;
  std::vector<uint32_t> originals;
};

StandIns& stand_ins() {
  static StandIns all;
  return all;
}

/// None when all are taken.
std::optional<ImWchar> stand_in(uint32_t character) {
  StandIns& all = stand_ins();
  if (const auto known = all.of.find(character); known != all.of.end()) return known->second;
  const size_t next = private_first + all.originals.size();
  if (next > private_last) return std::nullopt;
  all.originals.push_back(character);
  return all.of[character] = ImWchar(next);
}

uint32_t behind(uint32_t drawn) {
  const StandIns& all = stand_ins();
  return is_private(drawn) && drawn - private_first < all.originals.size() ? all.originals[drawn - private_first]
                                                                           : drawn;
}

/// `text` with stand-ins for the characters that `wanted` picks; false where there were not enough.
template <class Wanted>
bool replace(std::string_view text, std::string& out, Wanted wanted) {
  bool all = true;
  out.clear();
  for (size_t at = 0, bytes = 0; at < text.size(); at += bytes) {
    const uint32_t c = first_character(text.substr(at), bytes);
    const auto as = wanted(c) ? stand_in(c) : std::optional<ImWchar>();
    if (as) {
      append(out, *as);
    } else if (wanted(c)) {
      out += replacement_character;
      all = false;
    } else {
      out.append(text, at, bytes);
    }
  }
  return all;
}

constexpr int room_width = 480, first_height = 128, most_height = 8192;

/// The part of an atlas that glyphs are put into, in rows from the top.
struct Room {
  std::string regular, bold;
  int rect = -1, height = first_height, x = 0, y = 0, row = 0;
  bool added = false, full = false;
};

std::map<const ImFontAtlas*, Room>& rooms() {
  static std::map<const ImFontAtlas*, Room> all;
  return all;
}

void put_pixels(ImFontAtlas& atlas, int left, int top, const Glyph& glyph) {
  for (int y = 0; y < glyph.height; ++y)
    for (int x = 0; x < glyph.width; ++x) {
      const size_t at = size_t(top + y) * size_t(atlas.TexWidth) + size_t(left + x);
      const uint8_t alpha = glyph.alpha[size_t(y) * size_t(glyph.width) + size_t(x)];
      if (atlas.TexPixelsAlpha8) atlas.TexPixelsAlpha8[at] = alpha;
      if (atlas.TexPixelsRGBA32) atlas.TexPixelsRGBA32[at] = IM_COL32(255, 255, 255, alpha);
    }
}

Glyph glyph_of(uint32_t character, const ImFont& font, const std::string& file) {
  Glyph glyph;
  const auto box = [&](uint32_t number, int digits) {
    return code_box(fmt::format("{:0{}X}", number, digits), font.FontSize, font.Ascent);
  };
  if (character >= bytes_from) return box(character - bytes_from, 2);
  if (character >= 0x20 && find_glyph(character, file, font.FontSize * em_of_height, glyph)) return glyph;
  if (character < 0x100) return box(character, 2);
  return box(character, character < 0x10000 ? 4 : 6);
}

/// Adds the glyph of `character`, which is drawn as `as`; false when there is no room.
bool add_glyph(ImFont& font, Room& room, uint32_t character, ImWchar as) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  const ImFontAtlasCustomRect& place = *atlas.GetCustomRectByIndex(room.rect);
  const Glyph glyph = glyph_of(character, font, &font == ui::font(Font::bold) ? room.bold : room.regular);
  if (room.x + glyph.width + 1 > place.Width) {
    room.x = 0;
    room.y += room.row;
    room.row = 0;
  }
  room.full = !place.IsPacked() || glyph.width + 1 > place.Width || room.y + glyph.height + 1 > place.Height;
  if (room.full) return false;
  const int x = place.X + room.x, y = place.Y + room.y;
  put_pixels(atlas, x, y, glyph);
  room.x += glyph.width + 1;
  room.row = std::max(room.row, glyph.height + 1);
  room.added = true;
  const auto left = float(glyph.left), top = float(glyph.top) + std::round(font.Ascent);
  const ImVec2 scale = atlas.TexUvScale;
  font.AddGlyph(nullptr, as, left, top, left + float(glyph.width), top + float(glyph.height), float(x) * scale.x,
                float(y) * scale.y, float(x + glyph.width) * scale.x, float(y + glyph.height) * scale.y, glyph.advance);
  return true;
}

/// Adds what glyphs the font lacks for the characters of a text in which stand-ins were put.
void add_missing(std::string_view drawn, ImFont& font) {
  const auto room = rooms().find(ImGui::GetIO().Fonts);
  if (room == rooms().end() || room->second.full) return;
  std::set<uint32_t> missing;
  for (size_t at = 0, bytes = 0; at < drawn.size(); at += bytes) {
    const uint32_t c = first_character(drawn.substr(at), bytes);
    if (c >= 0x20 && c <= IM_UNICODE_CODEPOINT_MAX && !font.FindGlyphNoFallback(ImWchar(c))) missing.insert(c);
  }
  for (const uint32_t c : missing)
    if (!add_glyph(font, room->second, behind(c), ImWchar(c))) break;
  if (!missing.empty()) font.BuildLookupTable();
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

std::vector<uint32_t>& typed() {
  static std::vector<uint32_t> all(typed_last - typed_first + 1);  // the newest, in turn
  return all;
}

struct Clipboard {
  const char* (*get)(void*) = nullptr;
  void (*set)(void*, const char*) = nullptr;
};
Clipboard& outer_clipboard() {
  static Clipboard clipboard;
  return clipboard;
}

}  // namespace

Drawn::Drawn(std::string_view text, Font which) : view_(text) {
  if (is_ascii(text)) return;
  bool as_it_is = true;
  for (size_t at = 0, bytes = 0; at < text.size(); at += bytes)
    as_it_is &= !needs_stand_in(first_character(text.substr(at), bytes));
  if (!as_it_is) {
    replace(text, own_, needs_stand_in);
    view_ = own_;
  }
  add_missing(view_, *font(which));
}

bool make_editable(std::string_view text, std::string& editable) {
  const auto dropped = [](uint32_t c) { return needs_stand_in(c) || (c < 0x20 && c != '\n') || c == 0x7F; };
  const bool all = replace(text, editable, dropped);
  if (!is_ascii(editable)) add_missing(editable, *font(Font::body));
  return all;
}

std::string original(std::string_view drawn) {
  std::string out;
  for (size_t at = 0, bytes = 0; at < drawn.size(); at += bytes)
    append(out, behind(first_character(drawn.substr(at), bytes)));
  return out;
}

void type_character(uint32_t code_point) {
  ImGuiIO& io = ImGui::GetIO();
  if (!needs_stand_in(code_point)) return io.AddInputCharacter(code_point);
  static size_t next = 0;
  const size_t here = next++ % typed().size();
  typed()[here] = code_point;
  io.AddInputCharacter(unsigned(typed_first + here));
}

void type_text(std::string_view text) {
  for (size_t at = 0, bytes = 0; at < text.size(); at += bytes) type_character(first_character(text.substr(at), bytes));
}

ImWchar typed_stand_in(ImWchar heard) {
  if (heard < typed_first || heard > typed_last) return heard;
  const auto as = stand_in(typed()[heard - typed_first]);
  if (!as) return 0;
  std::string drawn;
  append(drawn, *as);
  add_missing(drawn, *font(Font::body));
  return *as;
}

void copy(std::string_view text) {
  std::string editable;
  make_editable(text, editable);
  ImGui::SetClipboardText(editable.c_str());
}

void keep_clipboard_true() {
  ImGuiIO& io = ImGui::GetIO();
  outer_clipboard() = {io.GetClipboardTextFn, io.SetClipboardTextFn};
  io.GetClipboardTextFn = [](void* user) {
    static std::string text;
    const char* got = outer_clipboard().get(user);
    make_editable(got ? got : "", text);
    return text.c_str();
  };
  io.SetClipboardTextFn = [](void* user, const char* text) { outer_clipboard().set(user, original(text).c_str()); };
}

void reserve_glyphs(ImFontAtlas& atlas, const std::string& regular, const std::string& bold) {
  Room& room = rooms()[&atlas];
  const int height = room.full ? std::min(2 * room.height, most_height) : room.height;
  room = {regular, bold, atlas.AddCustomRectRegular(room_width, height), height};
}

bool glyphs_added() {
  return std::exchange(rooms()[ImGui::GetIO().Fonts].added, false);
}

bool glyphs_lack_room() {
  const Room& room = rooms()[ImGui::GetIO().Fonts];
  return room.full && room.height < most_height;
}

}  // namespace tinymor::ui
