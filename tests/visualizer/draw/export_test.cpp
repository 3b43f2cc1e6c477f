// Drawings and tables of panels, for papers, slides and spreadsheets.

#include <filesystem>
#include <set>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/files.h"
#include "visualizer/draw/picture.h"
#include "visualizer/draw/svg.h"
#include "visualizer/lessons/lesson_file.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

/// Whether every tag that opens in `xml` closes in its turn.
bool well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (size_t at = xml.find('<'); at != std::string::npos; at = xml.find('<', at + 1)) {
    const size_t end = xml.find('>', at);
    if (end == std::string::npos) return false;
    const std::string name = xml.substr(at + 1, xml.find_first_of(" />", at + 2) - at - 1);
    if (xml[at + 1] == '/') {
      if (open.empty() || "/" + open.back() != xml.substr(at + 1, end - at - 1)) return false;
      open.pop_back();
    } else if (xml[end - 1] != '/') {
      open.push_back(name);
    }
  }
  return open.empty();
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("every panel draws itself as well-formed SVG with its title, and the same twice") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 900, 600);
  window.app().state().bare = true;
  window.frames(2);
  std::set<std::string> all;
  for (const auto& panel : window.app().panels()) {
    INFO(panel->name());
    window.app().state().maximised = panel->name();
    window.frames(2);
    const std::string svg = window.drawing();
    CHECK(well_formed(svg));
    CHECK_THAT(svg, ContainsSubstring(panel->title()));
    CHECK(svg == window.drawing());
    all.insert(svg);
  }
  CHECK(all.size() == window.app().panels().size());
}

TEST_CASE("a drawing has a mark for every token, and images as data") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 900, 600);
  window.app().state().maximised = "strip";
  window.frames(3);
  CHECK(count(window.drawing(), "<text") >= 120);
  window.app().state().maximised = "attention";
  window.frames(3);
  CHECK(count(window.drawing(), "data:image/png;base64,iVBORw0KGgo") ==
        19);  // four heads, mean and max, in three recursions, and one large
}

TEST_CASE("text and odd numbers do no harm to a drawing") {
  RecordingSource source("hostile", hostile_recording());
  Headless window(source, 900, 600);
  window.frames(2);
  SvgCanvas canvas;
  canvas.text({1, 2}, IM_COL32(1, 2, 3, 255), "a < b & \"c\" > \n d");
  canvas.push_clip({{0, 0}, {10, 10}});
  const std::string svg = canvas.file({{0, 0}, {20, 20}}, {1, 2, 3});
  CHECK(well_formed(svg));
  CHECK_THAT(svg, ContainsSubstring("a &lt; b &amp; \"c\" &gt;   d"));
  CHECK(well_formed(window.drawing()));
}

TEST_CASE("the window shows an image as it is, pixel for pixel, and so does a picture of it") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 900, 600);
  window.app().state().maximised = "attention";
  window.frames(3);
  const Picture picture = window.picture();
  const auto* map = window.app().registry().find("attention.map.0.1");  // a head that looks at the first token
  REQUIRE(map);
  const auto brightness = [&](float x, float y) {
    const int px = int(map->box.min.x + x * map->box.width()), py = int(map->box.min.y + y * map->box.height());
    const uint8_t* pixel = &picture.rgba[(size_t(py) * picture.width + px) * 4];
    return int(pixel[0]) + pixel[1] + pixel[2];
  };
  CHECK(brightness(0.002f, 0.9f) > brightness(0.5f, 0.9f) + 30);
}

TEST_CASE("S and the panel's menu save it as SVG, PNG and CSV") {
  const TemporaryFolder folder;
  const WorkingFolder inside(folder.path());
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800);
  window.app().state().page = "Overview";
  window.frames(3);
  REQUIRE(window.hover("grid.cells"));
  window.type("s");
  window.frames(2);
  REQUIRE(window.click("menu.kv"));
  REQUIRE(window.click("menu.kv.save"));
  window.frames(2);
  const std::string message = window.app().state().message;
  for (const char* stem : {"grid-step-400", "kv-step-400"}) {
    const std::filesystem::path file = folder.path() / "exports" / stem;
    CHECK(well_formed(read_file(file.string() + ".svg")));
    CHECK(read_file(file.string() + ".png").starts_with("\x89PNG"));
    CHECK(count(read_file(file.string() + ".csv"), "\r\n") > 100);
  }
  CHECK_THAT(message, ContainsSubstring("exports/kv-step-400.png"));
}

TEST_CASE("what is saved is on light ground and without buttons, and the window stays dark") {
  const TemporaryFolder folder;
  const WorkingFolder inside(folder.path());
  WritingSource source;
  Headless window(source, 1280, 800);
  window.app().state().page = "Overview";
  window.frames(3);
  const auto saved = [&] {
    window.app().state().exporting = "grid";
    window.frames(1);
    return read_file("exports/grid-step-400.svg");
  };
  const std::string svg = saved();
  const Picture shot = window.picture();
  CHECK_THAT(svg, ContainsSubstring("Depth grid") && ContainsSubstring("fill=\"#ffffff\""));
  CHECK_THAT(svg, !ContainsSubstring(">paper<") && !ContainsSubstring(">...<"));
  window.frames(2);
  const std::vector<uint8_t> dark = window.picture().rgba;
  CHECK(dark[0] < 64);
  CHECK(shot.rgba[0] == dark[0]);
  CHECK(window.app().registry().find("grid.paper"));
  window.app().state().theme = Theme::light;
  window.frames(2);
  CHECK(window.picture().rgba[0] > 192);
  CHECK(saved() == svg);
}

TEST_CASE("what lies over a panel and what the mouse is at is not in what is saved of it") {
  const TemporaryFolder folder;
  const WorkingFolder inside(folder.path());
  WritingSource source;
  Headless window(source, 1280, 800);
  window.app().state().page = "Overview";
  window.frames(3);
  const auto saved = [&](const std::string& panel) {
    window.app().state().exporting = panel;
    window.frames(2);
    const std::string stem = "exports/" + panel + "-step-400";
    return std::pair(read_file(stem + ".png"), read_file(stem + ".svg"));
  };
  for (const auto& [panel, place] :
       {std::pair("strip", "panel.strip"), {"grid", "grid.cells"}, {"curves", "curves.loss.area"}}) {
    CAPTURE(panel);
    REQUIRE(window.hover("help"));
    const auto plain = saved(panel);
    REQUIRE(window.hover(place));
    window.frames(3);
    CHECK((saved(panel) == plain));
    REQUIRE(window.click(std::string("menu.") + panel));
    CHECK((saved(panel) == plain));
    window.key(ImGuiKey_Escape);
  }
}

TEST_CASE("a drawing has what is typed into and dragged, and is cut where the window is") {
  WritingSource source;
  Headless window(source, 900, 600);
  AppState& state = window.app().state();
  state.maximised = "generate";
  state.bare = true;
  state.request.prompt = "Two\nlines <";
  window.frames(3);
  const std::string svg = window.drawing();
  for (const char* part : {">Two<", ">lines &lt;<", ">0.80<", "no cap"}) CHECK_THAT(svg, ContainsSubstring(part));
  CHECK(count(svg, "<clipPath") > 1);
}

TEST_CASE("a drawing of the window has its bars, buttons and sentences, broken into lines as in the window") {
  WritingSource source;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.lessons = {parse_lesson("title Drawn\ncard\nsay " + std::string(40, 'a') + " " + std::string(60, 'b') + " " +
                                    std::string(50, 'c') + "\ntask Read.\nuntil pin != none\nsolve pin probe 3\n",
                                "t")};
  enter_lesson(state, source, 0, 0);
  apply(state, source, "pin probe 3");
  window.frames(3);
  const std::string svg = window.drawing();
  for (const std::string& part :
       {std::string(">Drawn<"), std::string(40, 'a'), ">" + std::string(50, 'c') + "<", std::string(">Read.<"),
        std::string(">causal<"), std::string(">Finish<"), std::string("snapshot 17 of 17"), std::string("token 4")})
    CHECK_THAT(svg, ContainsSubstring(part));
}

TEST_CASE("the numbers of the whole window are those of every panel, each below its name") {
  WritingSource source;
  Headless window(source, 1280, 800);
  window.frames(2);
  const std::string all = window.app().csv();
  for (const auto& panel : window.app().panels())
    CHECK_THAT(all, ContainsSubstring(fmt::format("# {}\n{}", panel->name(), window.app().csv(panel->name()))));
}

TEST_CASE("tables are quoted as RFC 4180 has it") {
  const Table table{{"a", "b"}, {{"1", "x,y"}, {"say \"hi\"", "two\nlines"}, {cell(1.5), cell(std::nan(""))}}};
  CHECK(csv(table) == "a,b\r\n1,\"x,y\"\r\n\"say \"\"hi\"\"\",\"two\nlines\"\r\n1.5,\r\n");
}

TEST_CASE("a picture that does not fit on its device is an error") {
  const Picture picture{2, 2, std::vector<uint8_t>(16, 255)};
  CHECK_THROWS(write_png(picture, "/dev/full"));
}
