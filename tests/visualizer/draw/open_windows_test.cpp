#include "visualizer/draw/open_windows.h"

#include "support/catch.h"
#include "visualizer/runs/recording_source.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

TEST_CASE("a window that was begun and not ended is ended, with a complaint") {
  RecordingSource source("empty", Recording());
  const Headless context(source, 640, 400);
  ui::load_fonts(1, ui::FontSource::builtin);
  ImGui::NewFrame();
  ImGui::Begin("ended");
  ImGui::End();
  ImGui::Begin("left open");
  const std::vector<std::string> complaints = ui::end_open_windows();
  REQUIRE(complaints.size() == 1);
  CHECK_THAT(complaints[0], ContainsSubstring("missing End() for 'left open'"));
  CHECK(ui::end_open_windows().empty());
  ImGui::Render();
}
