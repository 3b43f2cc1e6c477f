#include "visualizer/draw/theme.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <string>

#include "visualizer/draw/glyphs.h"

namespace tinymor::ui {
namespace {

struct Face {
  const char* regular;
  const char* bold;
};

// Fonts with good screen shapes and wide coverage, the usual places of Linux, macOS and Windows.
constexpr Face faces[] = {
    {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"},
    {"/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf", "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf"},
    {"/usr/share/fonts/TTF/DejaVuSans.ttf", "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf"},
    {"/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf", "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf"},
    {"/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
     "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf"},
    {"/usr/share/fonts/truetype/ubuntu/Ubuntu-R.ttf", "/usr/share/fonts/truetype/ubuntu/Ubuntu-B.ttf"},
    {"/System/Library/Fonts/Supplemental/Arial Unicode.ttf", "/System/Library/Fonts/Supplemental/Arial Bold.ttf"},
    {"C:/Windows/Fonts/segoeui.ttf", "C:/Windows/Fonts/segoeuib.ttf"}};

// Latin, Greek, Cyrillic and the marks that tokenizers use; glyphs.h adds what else a text needs. ImGui keeps the
// pointer.
constexpr ImWchar wide_ranges[] = {0x20,   0x24F,  0x370,  0x52F,  0x1E00, 0x1EFF, 0x2010, 0x2027, 0x2030, 0x205E,
                                   0x20A0, 0x20BF, 0x2190, 0x21FF, 0x2581, 0x2588, 0xFFFD, 0xFFFD, 0};
constexpr ImWchar latin_ranges[] = {0x20, 0x24F, 0x2010, 0x2027, 0x2030, 0x205E, 0xFFFD, 0xFFFD, 0};

// What is drawn in a large font is read by the letter: the rest of a text's characters come as they are needed.
constexpr ImWchar letter_ranges[] = {0x20, 0xFF, 0x2010, 0x2027, 0xFFFD, 0xFFFD, 0};

// By Font.
constexpr float pixels[] = {15, 15, 14, 24, 18, 32}, builtin_pixels = 13;
static_assert(std::size(pixels) == font_count);

float builtin_pixels_of(Font font) {
  const bool larger = pixels[int(font)] > pixels[int(Font::body)];
  return larger ? builtin_pixels * pixels[int(font)] / pixels[int(Font::body)] : builtin_pixels;
}

const Face* find_face() {
  std::error_code ignored;
  const auto there = [&](const Face& face) {
    return std::filesystem::exists(face.regular, ignored) && std::filesystem::exists(face.bold, ignored);
  };
  const auto* found = std::find_if(std::begin(faces), std::end(faces), there);
  return found == std::end(faces) ? nullptr : found;
}

void add_builtin(ImFontAtlas& atlas, float scale) {
  ImFontConfig config;
  config.OversampleH = config.OversampleV = 1;
  config.PixelSnapH = true;
  for (int i = 0; i < font_count; ++i) {
    config.SizePixels = std::round(builtin_pixels_of(Font(i)) * scale);
    atlas.AddFontDefault(&config);
  }
}

void add_face(ImFontAtlas& atlas, const Face& face, float scale) {
  ImFontConfig config;
  config.OversampleH = 2;
  const auto add = [&](Font font, const char* file, const ImWchar* ranges) {
    atlas.AddFontFromFileTTF(file, std::round(pixels[int(font)] * scale), &config, ranges);
  };
  add(Font::body, face.regular, wide_ranges);
  add(Font::bold, face.bold, latin_ranges);
  add(Font::small, face.regular, wide_ranges);
  config.OversampleH = 1;
  for (const Font large : {Font::large, Font::medium, Font::huge}) add(large, face.regular, letter_ranges);
}

}  // namespace

void load_fonts(float scale, FontSource source) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
  const Face* face = source == FontSource::system ? find_face() : nullptr;
  if (face)
    add_face(atlas, *face, scale);
  else
    add_builtin(atlas, scale);
  reserve_glyphs(atlas, face ? face->regular : "", face ? face->bold : "");
  atlas.Build();
}

void apply_style(float scale) {
  ImGuiStyle style;
  style.WindowPadding = {12, 10};
  style.WindowRounding = 8;
  style.WindowBorderSize = 1;
  style.ChildRounding = 6;
  style.PopupRounding = 8;
  style.FramePadding = {9, 4};
  style.FrameRounding = 6;
  style.ItemSpacing = {8, 6};
  style.ItemInnerSpacing = {6, 4};
  style.ScrollbarSize = 10;
  style.ScrollbarRounding = 5;
  style.GrabRounding = 5;
  style.GrabMinSize = 12;
  style.ScaleAllSizes(scale);
  style.WindowBorderSize = 1;
  ImGui::GetStyle() = style;
  apply_colors();
}

void apply_colors() {
  ImGuiStyle& style = ImGui::GetStyle();
  const auto set = [&](ImGuiCol slot, Color color, float alpha = 1) { style.Colors[slot] = vec4(color, alpha); };
  set(ImGuiCol_Text, colors::text);
  set(ImGuiCol_TextDisabled, colors::faint);
  set(ImGuiCol_WindowBg, colors::card);
  set(ImGuiCol_ChildBg, colors::well, 0);
  set(ImGuiCol_PopupBg, colors::popup);
  set(ImGuiCol_Border, colors::line);
  set(ImGuiCol_FrameBg, colors::control);
  set(ImGuiCol_FrameBgHovered, colors::hovered);
  set(ImGuiCol_FrameBgActive, colors::active);
  set(ImGuiCol_Button, colors::control);
  set(ImGuiCol_ButtonHovered, colors::hovered);
  set(ImGuiCol_ButtonActive, colors::active);
  set(ImGuiCol_SliderGrab, mix(colors::control, colors::accent, 0.45));
  set(ImGuiCol_SliderGrabActive, mix(colors::control, colors::accent, 0.7));
  set(ImGuiCol_ScrollbarBg, colors::card, 0);
  set(ImGuiCol_ScrollbarGrab, colors::hovered);
  set(ImGuiCol_TextSelectedBg, colors::accent, 0.35f);
}

ThemeScope::ThemeScope(Theme inside) : before_(theme()) {
  set_theme(inside);
  apply_colors();
}

ThemeScope::~ThemeScope() {
  set_theme(before_);
  apply_colors();
}

ImFont* font(Font which) {
  return ImGui::GetIO().Fonts->Fonts[int(which)];
}

float em() {
  return font(Font::body)->FontSize;
}

Font reading_font(const std::function<bool(Font)>& fits) {
  for (const Font larger : {Font::huge, Font::large, Font::medium})
    if (fits(larger)) return larger;
  return Font::body;
}

}  // namespace tinymor::ui
