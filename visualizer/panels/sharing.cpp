// Which layers are the same weights: the unrolled stack on the left, the sets of weights on the right, a line for every
// use; and how much each use contributes to the gradient of its set.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mor/counts.h"
#include "mor/sharing.h"
#include "mor/twins.h"
#include "tensor/error.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

/// The picture's facts: the run's own sharing, or another scheme of as many layers.
struct Scheme {
  ModelConfig config;
  LayerMap map;
  std::string problem;                      // why there is none
  const UseGradients* gradients = nullptr;  // of the run's own scheme, where recorded
  int64_t step = 0;                         // theirs
};

bool is_own(const AppState& state) {
  return state.sharing_scheme == 0 && state.sharing_passes == 0;
}

/// The newest ones of the same text: not every snapshot has some.
void find_gradients(Scheme& scheme, const std::vector<Snapshot>& snapshots, int shown) {
  const auto finite = [](const std::vector<float>& norms) {
    return std::all_of(norms.begin(), norms.end(), [](float x) { return std::isfinite(x) && x >= 0; });
  };
  for (int i = shown; i >= 0 && snapshots[i].topk.tokens == snapshots[shown].topk.tokens; --i) {
    const UseGradients& g = snapshots[i].topk.gradients;
    if (g.use.empty()) continue;
    if (g.use.size() == scheme.map.weights.size() && int64_t(g.total.size()) == scheme.map.unique && finite(g.use) &&
        finite(g.total)) {
      scheme.gradients = &g;
      scheme.step = snapshots[i].step;
    }
    return;
  }
}

Scheme scheme_of(const Source& source, const AppState& state) {
  Scheme scheme;
  scheme.config = source.config().model;
  try {
    if (!is_own(state)) {
      if (state.sharing_scheme > 0) scheme.config.sharing = Sharing(state.sharing_scheme);
      scheme.config.n_recursions =
          state.sharing_passes > 0 ? state.sharing_passes + 1 : std::max<int64_t>(2, scheme.config.n_recursions);
      scheme.config.kv_cache = KvStrategy::recursion_wise;
      scheme.config.kv_sharing = Sharing::none;
      scheme.config.kv_sharing_factor = 1;
      scheme.config = recursive_twin(scheme.config);
    }
    scheme.config.resolve();
    scheme.map = layer_map(scheme.config);
  } catch (const Error& error) {
    scheme.problem = error.what();
  }
  if (is_own(state)) find_gradients(scheme, source.history().snapshots, state.shown.index);
  return scheme;
}

int uses_of(const LayerMap& map, int set) {
  return int(std::count(map.weights.begin(), map.weights.end(), set));
}

/// From 1; 0 for a layer that no recursion runs.
int recursion_of(const LayerMap& map, int layer) {
  return map.recursions > 1 ? int(map.recursion_of(layer)) + 1 : 0;
}

Color layer_color(const LayerMap& map, int layer) {
  const int recursion = recursion_of(map, layer);
  return recursion > 0 ? depth_color(recursion) : plain_color;
}

int64_t layer_parameters(const ModelConfig& config, int64_t unique) {
  return unique > 0 ? (count_parameters(config).layers - config.d_model) / unique : 0;
}

std::string counts(const Scheme& s) {
  const double own = double(count_parameters(s.config).layers);
  const double all = double(count_parameters(vanilla_twin(s.config)).layers);
  return fmt::format("{} layers, {} sets of weights: {} of {} parameters ({:.0f} %)", s.map.weights.size(),
                     s.map.unique, short_number(own), short_number(all), 100 * own / std::max(1.0, all));
}

class SharingPanel : public Panel {
 public:
  SharingPanel() : Panel("sharing", "Weight sharing") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const Scheme s = scheme_of(source, state);
    if (!s.problem.empty()) return "not with this model's sizes";
    return counts(s) + (s.gradients ? fmt::format(" \u00b7 bars: gradient by use, step {}", s.step) : "");
  }

  float controls(const Source&, AppState& state, float right) override {
    // In the order of Sharing, with the run as it is in the place of "none".
    state.sharing_scheme = ui::corner_choice(
        "sharing.scheme", {"run", "cycle", "sequence", "mid cycle", "mid seq"}, state.sharing_scheme,
        {"As this run shares its weights",
         "Every layer of a pass has weights of its own, and each pass uses them again",
         "Each layer is used several times in a row", "Like cycle, with a first and a last layer of their own",
         "Like sequence, with a first and a last layer of their own"},
        right, ui::button_width("N = 4") + ui::em() * 6);
    state.sharing_passes = ui::corner_cycle("sharing.passes", {"run's N", "N = 2", "N = 3", "N = 4"},
                                            state.sharing_passes, "N, how often the shared block is passed", right);
    return right;
  }

  Table table(const Source& source, const AppState& state) const override {
    const Scheme s = scheme_of(source, state);
    Table table{{"layer", "recursion", "weights", "gradient_of_use", "gradient_of_weights"}};
    for (int l = 0; l < int(s.map.weights.size()); ++l) {
      const int64_t set = s.map.weights[l];
      table.add(l + 1, recursion_of(s.map, l), set + 1, s.gradients ? cell(s.gradients->use[l]) : "",
                s.gradients ? cell(s.gradients->total[set]) : "");
    }
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    return scheme_of(source, state).problem;
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    const Scheme s = scheme_of(source, state);
    if (is_own(state) && !s.gradients && state.shown.index >= 0)
      draw_not_recorded(source, state, "Gradients are recorded at some steps only, and not yet of this text.");
    const Box box = free_box();
    const float em = ui::em(), letter = text_size("0", ui::Font::small).y;
    const int layers = int(s.map.weights.size()), sets = int(s.map.unique);
    const float row = std::min(em * 2.6f, box.height() / float(std::max(1, layers)));
    if (row < 3) return draw_empty(canvas, box, too_small);
    const float height = std::min(row - 2, em * 2), stack_width = std::min(em * 15, box.width() * 0.4f);
    const float set_row = std::min(em * 3.4f, box.height() / float(std::max(1, sets)));
    const float set_left = box.max.x - std::min(em * 17, box.width() * 0.42f);
    const float set_top = box.min.y + (row * float(layers) - set_row * float(sets)) / 2;
    float largest = 1e-12f;
    if (s.gradients)
      for (const auto* norms : {&s.gradients->use, &s.gradients->total})
        for (float g : *norms) largest = std::max(largest, g);
    const auto set_box = [&](int set) {
      const float y = std::max(box.min.y, set_top) + float(set) * set_row;
      return Box{{set_left, y}, {box.max.x, y + std::min(set_row - em * 0.4f, em * 2.8f)}};
    };

    int hovered = -1;
    for (int l = 0; l < layers; ++l) {
      const int set = int(s.map.weights[l]);
      const float y = box.min.y + float(l) * row;
      const Box place{{box.min.x, y}, {box.min.x + stack_width, y + height}};
      const bool dimmed = hovered_set_ >= 0 && hovered_set_ != set;
      const Color color = layer_color(s.map, l);
      canvas.rect(place, ui::u32(mix(color, ui::colors::card, dimmed ? 0.85 : 0.6)), em * 0.2f);
      if (s.gradients)
        canvas.rect({{place.min.x, place.max.y - height * 0.25f},
                     {place.min.x + stack_width * s.gradients->use[l] / largest, place.max.y}},
                    ui::u32(color, dimmed ? 0.3 : 1), em * 0.1f);
      const int recursion = recursion_of(s.map, l);
      std::string label = fmt::format("{}", l + 1);
      if (recursion > 0) label += fmt::format(" \u00b7 {} {}", source.geometry().depth_unit(), recursion);
      if (height >= letter)
        ui::fitted_text(canvas, {place.min.x + em * 0.4f, place.min.y + (height * 0.8f - letter) / 2},
                        ui::u32(ui::colors::text, dimmed ? 0.4 : 1), label, stack_width - em * 0.6f, ui::Font::small);
      curve(canvas, {place.max.x, place.center().y}, {set_left, set_box(set).center().y},
            ui::u32(color, dimmed ? 0.15 : 0.9), em * (hovered_set_ == set ? 0.23f : 0.12f));
      if (place.contains(ImGui::GetIO().MousePos) && ImGui::IsWindowHovered()) hovered = set;
    }
    for (int set = 0; set < sets; ++set) {
      const Box place = set_box(set);
      const int uses = uses_of(s.map, set);
      canvas.rect(place, ui::u32(hovered_set_ == set ? ui::colors::hovered : ui::colors::control), em * 0.2f);
      if (s.gradients)
        canvas.rect({{place.min.x, place.max.y - em * 0.3f},
                     {place.min.x + place.width() * s.gradients->total[set] / largest, place.max.y}},
                    ui::u32(ui::colors::accent), em * 0.1f);
      const float width = place.width() - em * 0.8f;
      ui::fitted_text(
          canvas, {place.min.x + em * 0.4f, place.min.y + em * 0.15f}, ui::u32(ui::colors::text),
          fmt::format("weights {}: {}", set + 1, uses == 1 ? "used once" : fmt::format("used {} times", uses)), width,
          ui::Font::small);
      if (place.height() >= 2 * letter + em * 0.4f) {
        const double numbers = double(layer_parameters(s.config, sets));
        const std::string count = short_number(numbers), bytes = short_number(4 * numbers);
        std::vector<std::string> lines = {fmt::format("{} parameters, {}B", count, bytes), count + " parameters"};
        if (s.gradients) {
          const std::string gradient = "gradient " + short_number(s.gradients->total[set]);
          lines = {lines[0] + ", " + gradient, count + ", " + gradient, gradient};
        }
        ui::fitted_text(canvas, {place.min.x + em * 0.4f, place.min.y + em * 0.15f + letter}, ui::u32(ui::colors::dim),
                        lines, width, ui::Font::small);
      }
      ui::tag(fmt::format("sharing.set.{}", set), place);
      if (place.contains(ImGui::GetIO().MousePos) && ImGui::IsWindowHovered()) hovered = set;
    }
    hovered_set_ = hovered;
    take_box(box);
  }

  std::string lines(const Source& source, const AppState& state) const override {
    const Scheme s = scheme_of(source, state);
    std::string out;
    if (is_own(state) && !s.gradients) out += "no gradients were recorded up to this step\n";
    for (int set = 0; set < int(s.map.unique); ++set) {
      out += fmt::format("weights {}: layers", set + 1);
      for (size_t l = 0; l < s.map.weights.size(); ++l) {
        if (s.map.weights[l] != set) continue;
        out += fmt::format(" {}", l + 1);
        if (s.gradients) out += fmt::format(" (gradient {:.3g})", s.gradients->use[l]);
      }
      out += s.gradients ? fmt::format(", together {:.3g}\n", s.gradients->total[set]) : "\n";
    }
    return out;
  }

  int hovered_set_ = -1;  // as of the last frame
};

}  // namespace

std::unique_ptr<Panel> make_sharing_panel() {
  return std::make_unique<SharingPanel>();
}

}  // namespace tinymor
