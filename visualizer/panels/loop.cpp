// The page that says what a Mixture of Recursions is: a sentence whose words carry as many blocks as they were computed
// passes, and below it the machine that they go through, event by event.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "datasets/pieces.h"
#include "visualizer/draw/memo.h"
#include "visualizer/panels/loop_controls.h"
#include "visualizer/panels/loop_pad.h"
#include "visualizer/panels/loop_subject.h"
#include "visualizer/panels/loop_words.h"
#include "visualizer/panels/panels.h"
#include "visualizer/panels/patch_words.h"
#include "visualizer/panels/vocabulary.h"
#include "visualizer/state/own_input.h"

namespace tinymor {
namespace fs = std::filesystem;
namespace {

/// Whether a run is the one in `folder`, or one of those in it, however either is named.
bool is_in(const std::string& run, const std::string& folder) {
  std::error_code ignored;
  const fs::path whole = fs::weakly_canonical(run, ignored), outer = fs::weakly_canonical(folder, ignored);
  return std::mismatch(outer.begin(), outer.end(), whole.begin(), whole.end()).first == outer.end();
}

/// How much of the work that no leaving token saves is done.
void draw_meter(Canvas& canvas, const Box& bar, const Source& source, const LoopPicture& p) {
  const double most = std::max(1, p.story.most_work());
  const double before = p.story.work(p.text, p.event - 1), now = p.story.work(p.text, p.event);
  gauge(canvas, bar, (before + (now - before) * p.moved) / most, ui::u32(ui::colors::accent, 0.45),
        ui::u32(ui::colors::well), bar.height() / 2);
  const std::string line = work_text(p) + layers_text(source, p);
  const std::string fit = fitting({line, work_text(p)}, bar.width() - ui::em(), ui::Font::small);
  text_centered(canvas, bar.center(), ui::u32(ui::colors::text), fit, ui::Font::small);
}

class LoopPanel : public Panel {
 public:
  LoopPanel() : Panel("loop", "The loop") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const Told told = told_of(source, state);
    if (told.text.size() == 0) return "a text on its way through the model";
    std::string out = machine_words(source.geometry());
    out += and_rule(source, told.training ? RuleView::training : RuleView::causal);
    out += fmt::format(" \u00b7 step {}", state.shown.step);
    if (told.changed) out += " \u00b7 what if";
    if (told.story.tokens() < told.text.size())
      out += fmt::format(" \u00b7 {} of {} tokens", told.story.tokens(), told.text.size());
    return out;
  }

  float controls(const Source& source, AppState& state, float right) override {
    draw_own_chip(source, state, right);
    for (size_t i = state.open.presets.size(); i-- > 0;) {
      const BundledRun& preset = state.open.presets[i];
      const bool here = shows(source.name(), preset.path);
      bool on = here && !state.story.typing;
      ui::corner_chip(fmt::format("loop.preset.{}", i), preset.name.c_str(), on, "Opens this bundled run", right);
      if (on && !here) state.wishes.push_back({Wish::open, 0, preset.path});
      if (on && here && state.story.typing) show_recorded(source, state);
    }
    return right;
  }

  void draw_own_chip(const Source& source, AppState& state, float& right) {
    if (source.history().of_images()) return draw_own_image_chip(source, state, right);
    if (!source.can_watch() || !source.tokenizer()) return;
    bool& own = state.story.typing;
    const bool before = own;
    ui::corner_chip("loop.own", "your own text", own, "Type a sentence: the model runs at once", right);
    if (own && !before) {
      focus_ = true;
      // A run that goes on is given another text only once one is typed.
      asked_ = source.steerable() ? state.own_text : "";
    }
    if (!own && before) show_recorded(source, state);
  }

  bool shows(const std::string& run, const std::string& folder) {
    const auto [known, is_new] = is_in_.try_emplace({run, folder}, false);
    if (is_new) known->second = is_in(run, folder);
    return known->second;
  }

  /// Where a low window has no room for the pad at this event, the chip leads to one that has.
  void draw_own_image_chip(const Source& source, AppState& state, float& right) const {
    if (!source.can_draw()) return;
    bool own = state.story.typing;
    ui::corner_chip("loop.own", "your own digit", own, "Draw a digit: the model looks at it at once", right);
    if (own == state.story.typing) return;
    if (own || !with_subject_)
      show_drawing(source, state);
    else
      show_recorded(source, state);
  }

  Table table(const Source& source, const AppState& state) const override {
    Table table{{"event", "kind", "pass", "inside", "work", "sentence"}};
    const Told told = told_of(source, state);
    LoopPicture picture = picture_of(told, state, {});
    for (picture.event = 0; picture.event < told.story.events(); ++picture.event) {
      static constexpr const char* kinds[] = {"wait", "run", "judge", "guess"};
      const LoopEvent& event = told.story.event(picture.event);
      table.add(picture.event, kinds[event.kind], event.pass, told.story.inside(told.text, picture.event),
                told.story.work(told.text, picture.event), event_text(picture));
    }
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    return told_of(source, state).text.size() > 0 ? "" : no_text(source);
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    const Told told = told_of(source, state);
    state.story.set_last(told.story.events() - 1);
    const bool images = state.shown.of_images();
    if (state.story.typing && !images) draw_own_text(source, state);
    const float em = ui::em();
    const Box all = free_box();
    if (all.height() < em * 7) return draw_empty(canvas, all, too_small);
    const float buttons = ImGui::GetFrameHeight() + em * 0.3f;
    const float verbs = all.height() > em * 34 && source.geometry().recursions > 1 ? em * 4.8f : 0;
    const LoopEvent::Kind kind = told.story.event(state.story.event).kind;
    Box sentence{all.min, {all.max.x, all.min.y + all.height() * 0.3f}};
    // A small window has no room for both the machine and what goes through it: the end of the story shows that, and
    // its beginning an image, beside which one can draw.
    const bool small = all.height() < em * (images ? 18 : 14);
    const bool alone = kind == LoopEvent::guess || (images && kind == LoopEvent::wait);
    const float rest = all.height() - buttons - em * 2.4f;
    if (small) sentence.max.y = all.min.y;
    if (small && alone) sentence.max.y += images ? std::clamp(rest, all.height() * 0.3f, em * 6.2f) : rest;
    std::vector<Box> words;
    with_subject_ = sentence.height() > 0;
    if (with_subject_) words = draw_subject(canvas, source, state, told, sentence);
    LoopPicture picture = picture_of(told, state, std::move(words));
    if (images) picture.patches = patches_of(source, state);
    float y = sentence.max.y + (with_subject_ ? em * 0.5f : 0);
    const bool tight = all.height()<em * 26, roomy = all.height()> em * 44;
    const auto say = [&](const std::string& words, Color color, ui::Font font) {
      ui::fitted_text(canvas, {all.min.x, y}, ui::u32(color), words, all.width(), font);
      y += std::round(text_size("x", font).y * 1.3f);
    };
    say(event_text(picture), ui::colors::text, roomy ? ui::Font::large : ui::Font::bold);
    if (!tight) say(why_text(picture), ui::colors::dim, roomy ? ui::Font::medium : ui::Font::body);
    if (const std::string text = kind == LoopEvent::guess ? last_pass_text(source, state, told) : "";
        !tight && !text.empty())
      say(text, ui::colors::dim, roomy ? ui::Font::medium : ui::Font::body);
    const float meter = tight ? 0 : em * 1.3f;
    const Box machine{{all.min.x, y}, {all.max.x, all.max.y - buttons - verbs - meter - em * 0.6f}};
    if (machine.height() > em * 4.5f) {
      drawn_ = draw_machine(canvas, machine.inset(em * 0.2f, em * 0.4f), picture);
      point_at_chips(source, state, told, drawn_);
      if (images) point_at_chips(source, state, told, picture.words);
    }
    if (!tight)
      draw_meter(canvas, {{all.min.x, machine.max.y + em * 0.3f}, {all.max.x, machine.max.y + meter}}, source, picture);
    if (verbs > 0) {
      ImGui::SetCursorScreenPos({all.min.x, all.max.y - buttons - verbs + em * 0.3f});
      draw_verbs(source, state, told);
    }
    ImGui::SetCursorScreenPos({all.min.x, all.max.y - buttons + em * 0.3f});
    draw_events(state, told, all.width());
    take_box(all);
  }

  /// The words, or the image and the pad beside it, in `area`; returns where its words or patches are.
  std::vector<Box> draw_subject(Canvas& canvas, const Source& source, AppState& state, const Told& told, Box& area) {
    if (!state.shown.of_images()) return draw_sentence(canvas, source, state, told, area);
    pad_.draw(canvas, source, state, area);
    return draw_told_image(canvas, source, state, told, patches_of(source, state), area);
  }

  using Patches = std::vector<std::shared_ptr<const Image>>;
  std::vector<const Image*> patches_of(const Source& source, const AppState& state) {
    const int image = state.told_image_number(source);
    const Patches& patches = patches_.of({source.version(), state.shown.images, image}, [&] {
      return patch_images(source.history().images[size_t(state.shown.images)], image);
    });
    std::vector<const Image*> out;
    for (const auto& patch : patches) out.push_back(patch.get());
    return out;
  }

  /// The tokens, or the patches of an image, in these boxes.
  static void point_at_chips(const Source& source, AppState& state, const Told& told, const std::vector<Box>& chips) {
    if (!ImGui::IsWindowHovered()) return;
    const auto at = std::find_if(chips.begin(), chips.end(),
                                 [](const Box& chip) { return chip.contains(ImGui::GetIO().MousePos); });
    if (at == chips.end()) return;
    const int token = told.story.from() + int(at - chips.begin());
    if (state.shown.of_images()) state.hovering_patch = {state.told_image_number(source), token};
    point_at(state, {Subject::watched, token}, ImGui::IsMouseClicked(ImGuiMouseButton_Left));
  }

  /// What is typed is run at once.
  void draw_own_text(const Source& source, AppState& state) {
    ImGui::SetNextItemWidth(-1);
    ui::text_field("loop.text", state.own_text, std::exchange(focus_, false));
    if (const std::string why = why_not_watched(source, state.own_text); !why.empty()) {
      ui::paragraph(why, ui::colors::warn, ui::Font::small);
      return;
    }
    if (state.own_text == asked_ || source.generation().looking || state.own_text.empty()) return;
    asked_ = state.own_text;
    state.wishes.push_back({Wish::watch});
    state.story.go(state.story.last());
  }

  std::string lines(const Source& source, const AppState& state) const override {
    const Told told = told_of(source, state);
    LoopPicture picture = picture_of(told, state, {});
    std::string out;
    for (picture.event = 0; picture.event < told.story.events(); ++picture.event)
      out += fmt::format("{:2}. {} {} {}\n", picture.event + 1, event_text(picture), why_text(picture),
                         work_text(picture) + ".");
    if (const std::string text = last_pass_text(source, state, told); !text.empty()) out += text + "\n";
    if (state.shown.of_images()) out += image_words(source, told.image) + "\n";
    for (int t = told.story.from(); t < told.story.to() && told.story.machine().loops(); ++t)
      out += fmt::format("{}[{}] ", quoted_piece(told.text.pieces[size_t(t)]), told.text.depth[size_t(t)]);
    return out + "\n";
  }

  std::vector<Box> drawn_;  // the chips of the newest frame
  Memo<std::tuple<uint64_t, int, int>, Patches> patches_;
  LoopPad pad_;
  bool with_subject_ = true;  // the newest frame has the words, or the image and the pad
  std::map<std::pair<std::string, std::string>, bool> is_in_;  // files are asked once
  std::string asked_;
  bool focus_ = false;
};

}  // namespace

std::unique_ptr<Panel> make_loop_panel() {
  return std::make_unique<LoopPanel>();
}

}  // namespace tinymor
