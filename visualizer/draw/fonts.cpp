#include "visualizer/draw/fonts.h"

#include <fcntl.h>
#include <stb_truetype.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <tuple>

namespace tinymor {
namespace fs = std::filesystem;
namespace {

/// A font file in memory, of which only the pages that are read are loaded.
class FontFile {
 public:
  explicit FontFile(const std::string& file) {
    const int opened = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about {};
    constexpr off_t least = 1024;
    if (opened >= 0 && fstat(opened, &about) == 0 && about.st_size > least) {
      size_ = size_t(about.st_size);
      void* data = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, opened, 0);
      data_ = data == MAP_FAILED ? nullptr : static_cast<const unsigned char*>(data);
    }
    if (opened >= 0) close(opened);
    const int offset = data_ ? stbtt_GetFontOffsetForIndex(data_, 0) : -1;
    usable_ = offset >= 0 && stbtt_InitFont(&font_, data_, offset) && has_readable_map();
  }
  ~FontFile() {
    if (data_) munmap(const_cast<unsigned char*>(data_), size_);
  }
  FontFile(const FontFile&) = delete;
  FontFile& operator=(const FontFile&) = delete;

  /// 0 where it has none.
  int glyph_of(uint32_t code_point) const { return usable_ ? stbtt_FindGlyphIndex(&font_, int(code_point)) : 0; }

  Glyph draw(int index, float em) const {
    const float scale = stbtt_ScaleForMappingEmToPixels(&font_, em);
    int advance = 0, bearing = 0, right = 0, bottom = 0;
    Glyph glyph;
    stbtt_GetGlyphHMetrics(&font_, index, &advance, &bearing);
    stbtt_GetGlyphBitmapBox(&font_, index, scale, scale, &glyph.left, &glyph.top, &right, &bottom);
    glyph.advance = float(advance) * scale;
    glyph.width = std::max(0, right - glyph.left);
    glyph.height = std::max(0, bottom - glyph.top);
    glyph.alpha.resize(size_t(glyph.width) * size_t(glyph.height));
    if (!glyph.alpha.empty())
      stbtt_MakeGlyphBitmap(&font_, glyph.alpha.data(), glyph.width, glyph.height, glyph.width, scale, scale, index);
    return glyph;
  }

 private:
  // The library stops the program at a table of another format.
  bool has_readable_map() const {
    const int format = data_[font_.index_map] << 8 | data_[font_.index_map + 1];
    return format == 0 || format == 4 || format == 6 || format == 12 || format == 13;
  }

  const unsigned char* data_ = nullptr;
  size_t size_ = 0;
  stbtt_fontinfo font_{};
  bool usable_ = false;
};

/// How little a font suits text on a screen, by its file's name.
int unfit(const std::string& name) {
  int count = name.find("Sans") == std::string::npos;
  for (const char* word :
       {"Bold", "Italic", "Oblique", "Light", "Thin", "Black", "Medium", "Condensed", "Serif", "Mono", "LastResort"})
    count += name.find(word) != std::string::npos;
  return count;
}

/// The files of the installed fonts, the fittest first.
std::vector<std::string> installed_fonts() {
  std::vector<fs::path> folders = {"/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts",
                                   "/Library/Fonts"};
  if (const char* home = std::getenv("HOME"))
    for (const char* folder : {".local/share/fonts", ".fonts", "Library/Fonts"})
      folders.push_back(fs::path(home) / folder);
  std::vector<std::tuple<int, std::string, std::string>> found;
  std::error_code ignored;
  for (const fs::path& folder : folders)
    for (auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, ignored);
         entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
      const fs::path& file = entry->path();
      const std::string kind = file.extension().string(), name = file.stem().string();
      if (kind == ".ttf" || kind == ".otf" || kind == ".ttc") found.emplace_back(unfit(name), name, file.string());
    }
  std::sort(found.begin(), found.end());
  std::vector<std::string> files;
  for (auto& [worse, name, file] : found) files.push_back(std::move(file));
  return files;
}

/// Kept for as long as the program runs: fonts are opened one after the other, and only until one has the character.
const FontFile& opened(const std::string& file) {
  static std::map<std::string, FontFile> all;
  return all.try_emplace(file, file).first->second;
}

const FontFile* installed_font_with(uint32_t code_point) {
  static const std::vector<std::string> files = installed_fonts();
  static std::map<uint32_t, const FontFile*> known;
  const auto [at, is_new] = known.try_emplace(code_point, nullptr);
  for (size_t i = 0; is_new && !at->second && i < files.size(); ++i)
    if (const FontFile& font = opened(files[i]); font.glyph_of(code_point) != 0) at->second = &font;
  return at->second;
}

// Three by five pixels each, a row in three bits.
constexpr uint16_t digit_pixels[16] = {075557, 026227, 071747, 071717, 055711, 074717, 074757, 071111,
                                       075757, 075717, 075755, 065656, 074447, 065556, 074747, 074744};

}  // namespace

bool find_glyph(uint32_t code_point, const std::string& first, float em, Glyph& glyph) {
  if (first.empty()) return false;
  const FontFile* font = &opened(first);
  if (font->glyph_of(code_point) == 0) font = installed_font_with(code_point);
  if (font) glyph = font->draw(font->glyph_of(code_point), em);
  return font != nullptr;
}

Glyph code_box(const std::string& digits, float height, float ascent) {
  constexpr int digit_width = 3, digit_height = 5, edge = 2;  // a line and a gap
  const int rows = digits.size() > 2 ? 2 : 1, columns = int(digits.size()) / rows;
  const int wide = columns * (digit_width + 1) - 1 + 2 * edge, high = rows * (digit_height + 1) - 1 + 2 * edge;
  const int dot = std::max(1, int(height / 15));
  const int middle = int(std::round(ascent - height / 2));  // above the baseline
  Glyph box{wide * dot, high * dot, 1, -middle - high * dot / 2, float(wide * dot + 2), {}};
  box.alpha.resize(size_t(box.width) * size_t(box.height));
  const auto paint = [&](int x, int y) {
    for (int v = y * dot; v < (y + 1) * dot; ++v)
      for (int u = x * dot; u < (x + 1) * dot; ++u) box.alpha[size_t(v) * size_t(box.width) + size_t(u)] = 255;
  };
  for (int x = 0; x < wide; ++x) {
    paint(x, 0);
    paint(x, high - 1);
  }
  for (int y = 0; y < high; ++y) {
    paint(0, y);
    paint(wide - 1, y);
  }
  for (int i = 0; i < int(digits.size()); ++i) {
    const int value = std::stoi(digits.substr(size_t(i), 1), nullptr, 16);
    const int left = edge + i % columns * (digit_width + 1), top = edge + i / columns * (digit_height + 1);
    for (int bit = 0; bit < digit_width * digit_height; ++bit)
      if (digit_pixels[value] >> (digit_width * digit_height - 1 - bit) & 1)
        paint(left + bit % digit_width, top + bit / digit_width);
  }
  return box;
}

}  // namespace tinymor
