// What a frame without a window refuses: whatever ImGui complains about.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "support/catch.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

/// Does something while the Generate panel is drawn, inside that panel's window.
class CarelessSource : public RecordingSource {
 public:
  explicit CarelessSource(void (*meddle)()) : RecordingSource("sample", sample_recording()), meddle_(meddle) {}
  std::string why_not() const override {
    meddle_();
    return "no weights";
  }

 private:
  void (*meddle_)();
};

void draw_with(void (*meddle)()) {
  CarelessSource source(meddle);
  Headless window(source, 640, 400);
  window.app().state().maximised = "generate";
  window.frames(2);
}

}  // namespace

TEST_CASE("a frame in which every window is ended has no complaints") {
  CHECK_NOTHROW(draw_with([] {
    ImGui::Begin("window");
    ImGui::End();
  }));
}

TEST_CASE("a window, an identity or a colour that is left open does not go unnoticed") {
  void (*const careless[])() = {[] { ImGui::Begin("left open"); }, [] { ImGui::PushID("left"); },
                                [] { ImGui::PushStyleColor(ImGuiCol_Text, IM_COL32_WHITE); }};
  for (const auto meddle : careless) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      std::signal(SIGABRT, SIG_DFL);
      close(STDERR_FILENO);
      try {
        draw_with(meddle);
      } catch (const Error&) {
        _exit(1);
      }
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    const bool ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    CHECK_FALSE(ended_well);
  }
}
