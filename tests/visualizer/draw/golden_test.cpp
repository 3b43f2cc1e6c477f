// Every panel's picture against a small stored one: 24 by 15 mean colours, so that a version of ImGui that draws a
// glyph a pixel further left passes, and a panel that lost its contents does not. To store new ones, look at the
// pictures first, then run this with TINYMOR_STORE_GOLDEN=1.

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <sstream>

#include "support/catch.h"
#include "tensor/files.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

constexpr int columns = 24, rows = 15;

/// Mean red, green and blue of each part of a picture.
std::vector<int> thumbnail(const Picture& picture) {
  std::vector<int> out;
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x)
      for (int channel = 0; channel < 3; ++channel) {
        int64_t sum = 0, count = 0;
        for (int v = y * picture.height / rows; v < (y + 1) * picture.height / rows; ++v)
          for (int u = x * picture.width / columns; u < (x + 1) * picture.width / columns; ++u, ++count)
            sum += picture.rgba[(size_t(v) * picture.width + u) * 4 + channel];
        out.push_back(int(sum / std::max<int64_t>(1, count)));
      }
  return out;
}

std::map<std::string, std::vector<int>> stored() {
  std::map<std::string, std::vector<int>> all;
  std::istringstream lines(read_file(TINYMOR_GOLDEN, 1 << 20));
  for (std::string line; std::getline(lines, line);) {
    const size_t space = line.find(' ');
    for (size_t at = space + 1; at + 2 <= line.size(); at += 2)
      all[line.substr(0, space)].push_back(std::stoi(line.substr(at, 2), nullptr, 16));
  }
  return all;
}

}  // namespace

TEST_CASE("every panel draws the picture that was stored of it") {
  const bool store = std::getenv("TINYMOR_STORE_GOLDEN");
  const auto golden = store ? std::map<std::string, std::vector<int>>() : stored();
  std::string file;
  for (const auto& panel : make_panels()) {
    WritingSource source;
    Headless window(source, 640, 400);
    AppState& state = window.app().state();
    state.maximised = panel->name();
    state.pinned = TokenRef{Subject::watched, 24};
    state.bare = true;
    window.frames(4);
    const std::vector<int> now = thumbnail(window.picture());
    file += std::string(panel->name()) + " ";
    for (int value : now) file += fmt::format("{:02x}", value);
    file += "\n";
    if (store) continue;
    CAPTURE(panel->name());
    const auto found = golden.find(panel->name());
    REQUIRE(found != golden.end());
    REQUIRE(found->second.size() == now.size());
    int sum = 0, worst = 0;
    for (size_t i = 0; i < now.size(); ++i) {
      sum += std::abs(now[i] - found->second[i]);
      worst = std::max(worst, std::abs(now[i] - found->second[i]));
    }
    CHECK(double(sum) / double(now.size()) < 1.5);
    CHECK(worst < 60);
  }
  if (store) write_file_atomically(TINYMOR_GOLDEN, file);
}
