// The page that says what a Mixture of Recursions is: a sentence whose words carry as many blocks as they were computed
// passes, and below it the machine that they go through, event by event.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/memo.h"
#include "visualizer/draw/text_flow.h"
#include "visualizer/panels/loop_machine.h"
#include "visualizer/panels/loop_words.h"
#include "visualizer/panels/panels.h"
#include "visualizer/panels/patch_words.h"

namespace tinymor {
namespace {

class LoopPanel : public Panel {
 public:
  LoopPanel() : Panel("loop", "The loop") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const Told told = told_of(source, state);
    if (told.text.size() == 0) return "a text on its way through the model";
    std::string out = machine_words(source.geometry());
    if (source.geometry().routing == Routing::expert_choice)
      out += told.training ? " \u00b7 training rule" : " \u00b7 causal rule";
    out += fmt::format(" \u00b7 step {}", state.shown.step);
    if (told.changed) out += " \u00b7 what if";
    if (told.story.tokens() < told.text.size())
      out += fmt::format(" \u00b7 {} of {} tokens", told.story.tokens(), told.text.size());
    return out;
  }

  float controls(const Source& source, AppState& state, float right) override {
    draw_own_chip(source, state, right);
    for (size_t i = state.open.presets.size(); i-- > 0;) {
      const Preset& preset = state.open.presets[i];
      const bool here = source.name().starts_with(preset.path);
      bool on = here && !state.story.typing;
      ui::corner_chip(fmt::format("loop.preset.{}", i), preset.name.c_str(), on, "A bundled run", right);
      if (on && !here) state.wishes.push_back({Wish::open, 0, preset.path});
      if (on && here && state.story.typing) show_recorded_text(source, state);
    }
    return right;
  }

  void draw_own_chip(const Source& source, AppState& state, float& right) {
    if (source.history().of_images() || !source.can_watch() || !source.tokenizer()) return;
    bool& own = state.story.typing;
    const bool before = own;
    ui::corner_chip("loop.own", "your own text", own, "Type a sentence: the model runs at once", right);
    if (own && !before) {
      focus_ = true;
      // A run that goes on is given another text only once one is typed.
      asked_ = source.steerable() ? state.own_text : "";
    }
    if (!own && before) show_recorded_text(source, state);
  }

  /// Back to the text that the run watched while it trained.
  static void show_recorded_text(const Source& source, AppState& state) {
    state.story.typing = false;
    if (source.steerable()) state.wishes.push_back({Wish::watch_held_out});
    if (source.history().snapshots.empty() || source.steerable()) return;
    const std::vector<Snapshot>& all = source.history().snapshots;
    const auto same = std::find_if(all.rbegin(), all.rend(), [&](const Snapshot& each) {
      return each.threshold.tokens == all.front().threshold.tokens;
    });
    state.playback.jump(int(all.rend() - same) - 1, int(all.size()));
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
  /// The text that is shown and its story.
  struct Told {
    TextView text;
    LoopStory story;
    bool changed = false;  ///< What would be if the router had decided otherwise.
    bool training = false;
    double bar = 0.5;
    int forced = -1;               ///< The token whose depth is forced; -1: none.
    std::vector<int32_t> guesses;  ///< [T] the likeliest next token; empty: not known.
  };

  static Told told_of(const Source& source, const AppState& state) {
    Told told;
    told.training = state.rule == RuleView::training;
    if (state.shown.images >= 0) {
      const ImageSnapshot& images = source.history().images[size_t(state.shown.images)];
      const size_t image = size_t(std::max(0, state.patches_image));
      if (image < images.images.size()) told.text = view_of(images.images[image], source.geometry());
      told.training = true;
      told.story = LoopStory(told.text, source.geometry(), 0, told.text.size());
      return told;
    }
    if (state.shown.index < 0) return told;
    const Outcome* outcome = outcome_in_force(source, state);
    told.text = text_in_force(source, state, Subject::watched);
    told.bar = bar_in_force(source, state, Subject::watched);
    told.changed = outcome && outcome->changed.depth.size() == size_t(told.text.size());
    if (told.changed && state.what_if.depth > 0)
      told.forced = outcome->experiment.token >= 0 ? outcome->experiment.token : every_token;
    const Trace& causal = source.history().snapshots[size_t(state.shown.index)].threshold;
    told.guesses = guesses_of(told.changed ? outcome->changed : causal, told.text.size());
    const auto token = pinned_in(state, Subject::watched, told.text.size());
    const auto [from, to] = token ? sentence_around(told.text, *token) : first_sentence(told.text);
    told.story = LoopStory(told.text, source.geometry(), from, to);
    return told;
  }

  static LoopPicture picture_of(const Told& told, const AppState& state, std::vector<Box> words) {
    const int event = std::clamp(state.story.event, 0, told.story.events() - 1);
    LoopPicture picture{told.text, told.story, event, state.story.moved(), told.training, told.bar, std::move(words)};
    picture.of_image = state.shown.images >= 0;
    picture.forced = told.forced;
    picture.guesses = told.guesses;
    return picture;
  }

  std::string missing(const Source& source, const AppState& state) const override {
    return told_of(source, state).text.size() > 0 ? "" : no_text(source);
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    const Told told = told_of(source, state);
    state.story.set_last(told.story.events() - 1);
    if (state.story.typing) draw_own_text(source, state);
    const float em = ui::em();
    const Box all = free_box();
    if (all.height() < em * 10) return draw_empty(canvas, all, too_small);
    const bool images = state.shown.images >= 0;
    const float buttons = ImGui::GetFrameHeight() + em * 0.3f;
    const float verbs = all.height() > em * 34 && !images && source.geometry().recursions > 1 ? em * 4.4f : 0;
    Box sentence{all.min, {all.max.x, all.min.y + all.height() * 0.3f}};
    std::vector<Box> words = images ? draw_image(canvas, source, state, told, sentence)
                                    : draw_sentence(canvas, source, state, told, sentence);
    LoopPicture picture = picture_of(told, state, std::move(words));
    if (images) picture.patches = patches_of(source, state);
    float y = sentence.max.y + em * 0.5f;
    ui::fitted_text(canvas, {all.min.x, y}, ui::u32(ui::colors::text), event_text(picture), all.width(),
                    ui::Font::bold);
    y += em * 1.7f;
    const bool tight = all.height() < em * 26;
    const float meter = tight ? 0 : em * 1.3f;
    const Box machine{{all.min.x, y}, {all.max.x, all.max.y - buttons - verbs - meter - em * 0.6f}};
    if (machine.height() > em * 5) {
      drawn_ = draw_machine(canvas, machine.inset(em * 0.2f, em * 0.4f), picture);
      point_at_chips(state, told);
      if (machine.height() > em * 13)
        draw_story_cache(canvas, layout_of(told.story.machine(), machine.inset(em * 0.2f, em * 0.4f)).cache, picture);
    }
    if (!tight)
      draw_meter(canvas, {{all.min.x, machine.max.y + em * 0.3f}, {all.max.x, machine.max.y + meter}}, source, picture);
    if (verbs > 0) {
      ImGui::SetCursorScreenPos({all.min.x, all.max.y - buttons - verbs + em * 0.3f});
      draw_verbs(source, state);
    }
    ImGui::SetCursorScreenPos({all.min.x, all.max.y - buttons + em * 0.3f});
    draw_events(state, told, all.width());
    take_box(all);
  }

  /// The words in large letters, each with a block for every pass that it has taken so far, and in the end its guess.
  /// Returns where the words are; `area` ends below them.
  std::vector<Box> draw_sentence(Canvas& canvas, const Source& source, AppState& state, const Told& told,
                                 Box& area) const {
    const TextView& text = told.text;
    const std::vector<std::string> pieces(text.pieces.begin() + told.story.from(),
                                          text.pieces.begin() + told.story.to());
    const float em = ui::em(), block = em * 0.42f;
    const bool roomy = area.height() > em * 7;
    const auto rows = float(std::max<size_t>(1, text.rows.size()));
    const auto flow_in = [&](ui::Font font) {
      const float below = rows * (block + 1) + em * (roomy ? 1.3f : 0.3f);
      return flow_text(pieces, area.width(), font, 1.15f + below / ui::font(font)->FontSize);
    };
    ui::Font font = roomy ? ui::Font::large : ui::Font::body;
    TextFlow flow = flow_in(font);
    if (flow.height > area.height()) flow = flow_in(font = ui::Font::body);
    const float letters = ui::font(font)->FontSize * 1.1f;
    canvas.push_clip({area.min, {area.max.x, area.min.y + std::max(area.height(), letters + rows * (block + 1))}});
    std::vector<Box> words;
    for (int i = 0; i < told.story.tokens(); ++i) {
      const int t = told.story.from() + i;
      const Box& place = flow.boxes[size_t(i)];
      const Box word{{area.min.x + place.min.x, area.min.y + place.min.y},
                     {area.min.x + place.max.x, area.min.y + place.min.y + letters}};
      words.push_back(word);
      const bool chosen = chosen_token(told, state) == t;
      const std::string letters_of = inside_box(pieces[size_t(i)]);
      canvas.text({word.center().x - text_size(letters_of, font).x / 2, word.min.y}, ui::u32(ui::colors::text),
                  letters_of, font);
      if (chosen)
        canvas.outline({{word.min.x - 1, word.min.y}, {word.max.x + 1, word.max.y + rows * (block + 1) + 2}},
                       ui::u32(ui::colors::text), 1.5f, em * 0.2f);
      draw_stack(canvas, source, state, told, t, {{word.min.x + 1, word.max.y}, {word.max.x - 1, word.max.y}}, block);
    }
    canvas.pop_clip();
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (size_t i = 0; i < words.size() && ImGui::IsWindowHovered(); ++i) {
      const Box whole{words[i].min, {words[i].max.x, words[i].max.y + rows * (block + 1)}};
      if (whole.contains(mouse))
        point_at(state, {Subject::watched, told.story.from() + int(i)}, ImGui::IsMouseClicked(ImGuiMouseButton_Left));
    }
    area.max.y = area.min.y + std::min(area.height(), flow.height);
    return words;
  }

  /// Blocks from the top down, those of passes to come as outlines; below them the guess.
  static void draw_stack(Canvas& canvas, const Source& source, const AppState& state, const Told& told, int t,
                         const Box& under, float block) {
    const int event = std::min(state.story.event, told.story.events() - 1);
    const int before = told.story.standing(told.text, t, event - 1).passes;
    const int now = told.story.standing(told.text, t, event).passes;
    const bool loops = told.story.machine().loops();
    for (int r = 0; r < int(told.text.rows.size()) && loops; ++r) {
      const float y = under.min.y + float(r) * (block + 1);
      const Box cell{{under.min.x, y}, {under.max.x, y + block}};
      const bool is_new = r >= before && r < now;
      if (r < before || is_new)
        canvas.rect(cell, ui::u32(depth_color(r + 1), is_new ? state.story.moved() : 1), 1.5f);
      else
        canvas.outline(cell, ui::u32(ui::colors::line), 1, 1.5f);
    }
    if (told.story.event(event).kind != LoopEvent::guess || told.guesses.empty()) return;
    const bool right = size_t(t) + 1 < told.text.ids.size() && told.guesses[size_t(t)] == told.text.ids[size_t(t) + 1];
    const float y = under.min.y + (loops ? float(told.text.rows.size()) * (block + 1) : 0) + 1;
    canvas.text(
        {under.min.x, y}, ui::u32(right ? ui::colors::good : ui::colors::dim, state.story.moved()),
        fitted(inside_box(source.quoted(told.guesses[size_t(t)])), under.width() + ui::em() * 0.5f, ui::Font::small),
        ui::Font::small);
  }

  static int chosen_token(const Told& told, const AppState& state) {
    const auto selected = selected_in(state, Subject::watched, told.text.size());
    return selected ? *selected : deepest_token(told.text, told.story.from(), told.story.to());
  }

  /// The image on its patches' tints; the patches wait where they are in it.
  std::vector<Box> draw_image(Canvas& canvas, const Source& source, AppState& state, const Told& told, Box& area) {
    const ImageSnapshot& images = source.history().images[size_t(state.shown.images)];
    const float side = area.height() / float(images.rows);
    const std::vector<const Image*> patches = patches_of(source, state);
    std::vector<Box> words;
    const int event = std::min(state.story.event, told.story.events() - 1);
    for (int p = 0; p < told.text.size(); ++p) {
      const float x = area.min.x + float(p % images.columns) * side, y = area.min.y + float(p / images.columns) * side;
      const Box box{{x, y}, {x + side, y + side}};
      words.push_back(box);
      const int passes = told.story.standing(told.text, p, event).passes;
      canvas.rect(box, ui::u32(passes > 0 ? depth_color(passes) : Color(ui::colors::control)));
      const float edge = side * 0.14f;
      canvas.image(box.inset(edge, edge), *patches[size_t(p)]);
    }
    draw_verdict(canvas, source, state, {{words.back().max.x + ui::em(), area.min.y}, area.max},
                 told.story.event(event).kind == LoopEvent::guess);
    return words;
  }

  /// What the image is, and in the end what the model takes it for; buttons lead to other images.
  static void draw_verdict(Canvas& canvas, const Source& source, AppState& state, const Box& box, bool known) {
    const ImageSnapshot& images = source.history().images[size_t(state.shown.images)];
    const int image = std::max(0, state.patches_image), count = int(images.images.size());
    const SeenImage& seen = images.images[size_t(image)];
    ui::fitted_text(canvas, box.min, ui::u32(ui::colors::dim),
                    fmt::format("image {} of {}, a {}", image + 1, count, class_name(source, seen.truth)), box.width());
    if (known)
      ui::fitted_text(canvas, {box.min.x, box.min.y + ui::em() * 1.4f}, ui::u32(ui::colors::text),
                      verdict(source, seen), box.width(), ui::Font::large);
    ImGui::SetCursorScreenPos({box.min.x, box.min.y + ui::em() * 4});
    if (ui::button("loop.image", "next image")) state.patches_image = (image + 1) % count;
  }

  using Patches = std::vector<std::shared_ptr<const Image>>;
  std::vector<const Image*> patches_of(const Source& source, const AppState& state) {
    const int image = std::max(0, state.patches_image);
    const Patches& patches = patches_.of({source.version(), state.shown.images, image}, [&] {
      return patch_images(source.history().images[size_t(state.shown.images)], image);
    });
    std::vector<const Image*> out;
    for (const auto& patch : patches) out.push_back(patch.get());
    return out;
  }

  void point_at_chips(AppState& state, const Told& told) const {
    if (state.shown.images >= 0 || !ImGui::IsWindowHovered()) return;
    for (size_t i = 0; i < drawn_.size(); ++i)
      if (drawn_[i].contains(ImGui::GetIO().MousePos))
        point_at(state, {Subject::watched, told.story.from() + int(i)}, ImGui::IsMouseClicked(ImGuiMouseButton_Left));
  }

  static void draw_meter(Canvas& canvas, const Box& bar, const Source& source, const LoopPicture& p) {
    const double most = std::max(1, p.story.most_work());
    const double before = p.story.work(p.text, p.event - 1), now = p.story.work(p.text, p.event);
    gauge(canvas, bar, (before + (now - before) * p.moved) / most, ui::u32(ui::colors::accent, 0.45),
          ui::u32(ui::colors::well), bar.height() / 2);
    const std::string line = work_text(p) + layers_text(source, p);
    const std::string fit = fitting({line, work_text(p)}, bar.width() - ui::em(), ui::Font::small);
    text_centered(canvas, bar.center(), ui::u32(ui::colors::text), fit, ui::Font::small);
  }

  /// What is typed is run at once.
  void draw_own_text(const Source& source, AppState& state) {
    ImGui::SetNextItemWidth(-1);
    ui::text_field("loop.text", state.own_text, std::exchange(focus_, false));
    if (state.own_text == asked_ || source.generation().looking || state.own_text.empty()) return;
    asked_ = state.own_text;
    state.wishes.push_back({Wish::watch});
    state.story.go(state.story.last());
  }

  static void draw_events(AppState& state, const Told& told, float width) {
    const int last = told.story.events() - 1;
    StoryPlay& story = state.story;
    const int event = std::min(story.event, last);
    if (ui::icon_button("loop.back", ui::Icon::previous, event > 0, false, "The event before (Backspace)"))
      story.step(event - 1);
    ImGui::SameLine();
    const bool plays = story.playing;
    if (ui::icon_button("loop.play", plays ? ui::Icon::pause : ui::Icon::play, true, plays, "Play the story (P)"))
      story.toggle();
    ImGui::SameLine();
    if (ui::icon_button("loop.next", ui::Icon::next, event < last, false, "The next event (Space)"))
      story.step(event + 1);
    ImGui::SameLine();
    int place = event + 1;
    const std::string label = fmt::format("event {} of {}", event + 1, last + 1);
    const float instruments =
        width > ui::em() * 50 ? ui::button_width("Open the instruments") + ImGui::GetStyle().ItemSpacing.x : 0;
    const float left = width - instruments - ImGui::GetCursorPosX() + ImGui::GetStyle().WindowPadding.x;
    ImGui::SetNextItemWidth(std::max(ui::em() * 4, left - text_size("event 99 of 99").x - ui::em()));
    ui::slider("loop.event", place, 1, last + 1, "");
    if (place != event + 1) story.step(place - 1);
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    ui::label(label, ui::colors::dim);
    if (instruments == 0) return;
    ImGui::SameLine();
    if (ui::button("loop.instruments", "Open the instruments", true, "The same text in all other panels"))
      state.page = "Overview";
  }

  /// The bar, the depth of one word, and the step of the training.
  static void draw_verbs(const Source& source, AppState& state) {
    const float em = ui::em(), wide = ImGui::GetContentRegionAvail().x / 3 - em, left = ImGui::GetCursorPosX();
    const float top = ImGui::GetCursorPosY();
    int column = 0;
    const auto verb = [&](const char* name, const std::string& note) {
      ImGui::SetCursorPos({left + float(column++) * (wide + em * 1.5f), top});
      ImGui::BeginGroup();
      ui::label(name, ui::colors::text, ui::Font::bold);
      ui::fitted_label(note, wide, ui::colors::dim, ui::Font::small);
      ImGui::SetNextItemWidth(wide);
    };
    const bool can = source.can_generate() && source.geometry().routing != Routing::none;
    Experiment& e = state.what_if;
    if (can && source.geometry().routing == Routing::expert_choice) {
      const bool training = state.rule == RuleView::training;
      verb(training ? "Change the capacity" : "Move the bar",
           training ? fmt::format("{:.2f} times as many may go on", e.capacity)
                    : fmt::format("a token needs a score of {:.2f} to go on", e.cut_off));
      if (training)
        ui::slider("loop.bar", e.capacity, 0.1f, 3, "");
      else
        ui::slider("loop.bar", e.cut_off, 0.01f, 0.99f, "");
      ImGui::EndGroup();
    }
    if (can) {
      verb("Force a word", "it takes as many passes as you say");
      draw_forced_depth(source, state);
      ImGui::EndGroup();
    }
    if (const int count = source.history().snapshot_count(); count > 1) {
      verb("Rewind the training", fmt::format("step {} of {}", state.shown.step, source.history().last_step()));
      int place = state.playback.index();
      ui::slider("loop.rewind", place, 0, count - 1, "");
      if (place != state.playback.index()) {
        state.playback.jump(place, count);
        state.what_if = {};  // an experiment is made with the newest weights
      }
      ImGui::EndGroup();
    }
  }

  static void draw_forced_depth(const Source& source, AppState& state) {
    std::vector<std::string> names = {"as routed"};
    for (int r = 1; r <= source.geometry().recursions; ++r) names.push_back(std::to_string(r));
    std::vector<const char*> labels;
    for (const std::string& name : names) labels.push_back(name.c_str());
    // "As routed" is lit while nothing is changed, and takes back all that is.
    const bool changed = state.wanted().changes_something();
    const int lit = state.what_if.depth == 0 && changed ? -1 : state.what_if.depth;
    const int pressed = ui::segmented("loop.depth", labels, lit);
    if (pressed == lit) return;
    state.what_if.depth = pressed;
    if (pressed == 0) state.what_if = {};
    const TextView& text = state.shown.text(Subject::watched, state.rule);
    if (pressed > 0 && !pinned_in(state, Subject::watched, text.size())) {
      const auto [from, to] = first_sentence(text);
      state.pinned = TokenRef{Subject::watched, deepest_token(text, from, to)};
    }
  }

  std::string lines(const Source& source, const AppState& state) const override {
    const Told told = told_of(source, state);
    LoopPicture picture = picture_of(told, state, {});
    std::string out;
    for (picture.event = 0; picture.event < told.story.events(); ++picture.event)
      out += fmt::format("{:2}. {} {}\n", picture.event + 1, event_text(picture), work_text(picture) + ".");
    for (int t = told.story.from(); t < told.story.to() && told.story.machine().loops(); ++t)
      out += fmt::format("{}[{}] ", quoted_piece(told.text.pieces[size_t(t)]), told.text.depth[size_t(t)]);
    return out + "\n";
  }

  std::vector<Box> drawn_;  // the chips of the newest frame
  Memo<std::tuple<uint64_t, int, int>, Patches> patches_;
  std::string asked_;
  bool focus_ = false;
};

}  // namespace

std::unique_ptr<Panel> make_loop_panel() {
  return std::make_unique<LoopPanel>();
}

}  // namespace tinymor
