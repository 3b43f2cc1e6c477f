// Every control of every page is pressed by its name, and answers.

#include <set>

#include "support/catch.h"
#include "tensor/error.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"
#include "visualizer/state/control_names.h"

using namespace tinymor;

namespace {

/// A window on the sample run, with a text that was written and a token pinned, so that no control is asleep.
struct Desk {
  explicit Desk(const std::string& page) : window(source, 1280, 800) {
    AppState& state = window.app().state();
    state.page = page;
    state.request.max_tokens = 6;
    state.request.pace = 0;
    source.generate(state.request);
    (void)wait_for(source, [&] { return source.generation().text.size() == 7; });
    state.pinned = {Subject::generated, 2};
    state.cache_subject = Subject::generated;
    window.frames(4);
    (void)wait_for(source, [&] { return !source.generation().surveying; });
    window.frames(2);
  }

  /// Everything that is drawn, once all is done that was asked for.
  size_t look() {
    window.frames(2);
    (void)wait_for(source, [&] {
      const Generation& now = source.generation();
      return !now.running && (now.survey || !now.surveying);  // a first survey has begun
    });
    window.frames(2);
    size_t hash = 0;
    const ImDrawData& data = *ImGui::GetDrawData();
    for (int i = 0; i < data.CmdListsCount; ++i)
      for (const ImDrawVert& v : data.CmdLists[i]->VtxBuffer)
        for (const float part : {v.pos.x, v.pos.y, v.uv.x, float(v.col >> 16), float(v.col & 0xFFFF)})
          hash = hash * 1099511628211u ^ std::hash<float>()(part);
    return hash;
  }

  WritingSource source;
  mutable Headless window;
};

}  // namespace

TEST_CASE("every control of every page answers when it is pressed") {
  // Those that are chosen already, that have nothing to take back, that write the same text again, or that are at the
  // value that a click in the middle sets; newer ImGui leaves a slider where it is when its grab is met.
  const std::set<std::string> chosen = {"gen.temperature",
                                        "rule.1",
                                        "page.0",
                                        "kv.subject.1",
                                        "attention.layer.1",
                                        "attention.view.0",
                                        "tokens.view.0",
                                        "compare.kind.0",
                                        "compare.run.0",
                                        "lens.depth.0",
                                        "attention.map.0.0",
                                        "lens.cut_off",
                                        "time.follow",
                                        "autograd.first",
                                        "autograd.preset.0",
                                        "autograd.previous",
                                        "lens.reset",
                                        "gen.play",
                                        "depth.by.0",
                                        "depth.row.0",
                                        "loop.back",
                                        "loop.depth.0",
                                        "loop.bar",
                                        "attention.layer",
                                        "kv.subject",
                                        "gen.f32"};
  // Tokens: the inspector shows what is under the mouse before it is pinned.
  const std::set<std::string> inspected = {"strip.token.5",   "a.strip.token.5", "b.strip.token.5", "tokens.token.5",
                                           "attention.large", "grid.cells",      "kv.cells",        "lens.cells"};
  // Those that are read or dragged and not pressed, and fields that wait to be typed into.
  const std::set<std::string> read = {"split.0",
                                      "split.1",
                                      "split.2",
                                      "split.3",
                                      "inspector",
                                      "panel.inspector",
                                      "panel.loop",
                                      "panel.strip",
                                      "panel.grid",
                                      "panel.kv",
                                      "panel.lens",
                                      "panel.attention",
                                      "panel.sharing",
                                      "panel.generate",
                                      "panel.compare",
                                      "panel.depth",
                                      "depth.cut_offs",
                                      "depth.dots.0",
                                      "depth.dots.1",
                                      "panel.autograd",
                                      "panel.serving",
                                      "panel.tokens",
                                      "sharing.set.0",
                                      "sharing.set.1",
                                      "sharing.set.2",
                                      "sharing.set.3",
                                      "gen.prompt",
                                      "autograd.expression",
                                      "autograd.graph",
                                      "autograd.formula",
                                      "autograd.value.y",
                                      "autograd.value.mul #1",
                                      "autograd.value.add #2"};
  std::set<std::string> pressed, silent, unknown;
  for (const char* page :
       {"Loop", "Overview", "Generate", "Inside", "Compare", "Where depth", "Serving", "Autograd", "Data"}) {
    std::vector<std::string> names;
    const Desk seen(page);
    for (const auto& [name, item] : seen.window.app().registry().items()) {
      const bool one_of_many = name.find(".token.") != std::string::npos && !name.ends_with(".token.5");
      if (item.visible && !one_of_many && !pressed.contains(name)) names.push_back(name);
    }
    for (const std::string& name : names) {
      pressed.insert(name);
      Desk desk(page);
      REQUIRE(desk.window.hover(name));
      const size_t before = desk.look();
      REQUIRE(desk.window.click(name));
      if (desk.look() == before) silent.insert(name);
      for (const auto& [seen_now, item] : desk.window.app().registry().items()) try {
          check_control(seen_now);
        } catch (const InputError&) {
          unknown.insert(seen_now);
        }
    }
  }
  CHECK(pressed.size() > 140);
  CHECK(unknown == std::set<std::string>{});
  for (const std::set<std::string>& known : {chosen, inspected, read})
    for (const std::string& name : known) {
      CAPTURE(name);
      CHECK(pressed.contains(name));
      silent.erase(name);
    }
  CHECK(silent == std::set<std::string>{});
}
