#include "visualizer/panels/branches.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "datasets/pieces.h"
#include "visualizer/draw/text_flow.h"
#include "visualizer/draw/ui.h"
#include "visualizer/panels/panel.h"
#include "visualizer/panels/strip.h"

namespace tinymor {
namespace {

constexpr int most_indents = 8;

/// The place of every node in the text that there is now, or -1.
std::vector<int> places(const TextTree& tree) {
  std::vector<int> out(tree.nodes.size(), -1);
  const std::vector<int> path = tree.path(tree.tip);
  for (size_t t = 0; t < path.size(); ++t) out[size_t(path[t])] = int(t);
  return out;
}

std::vector<std::string> pieces_of(const TextTree& tree, const TextStretch& stretch) {
  std::vector<std::string> pieces;
  for (const int node : stretch.nodes) pieces.push_back(readable_piece(tree.nodes[size_t(node)].token.piece));
  return pieces;
}

/// A line from the end of a stretch to the beginning of one that follows it.
struct Elbow {
  ImVec2 from, to;
};

void draw_elbow(Canvas& canvas, const Elbow& elbow, ImU32 color, float thickness) {
  canvas.polyline({elbow.from, {elbow.from.x, elbow.to.y}, elbow.to}, color, thickness);
}

class TreePicture {
 public:
  TreePicture(Canvas& canvas, AppState& state, const Source& source)
      : canvas_(canvas),
        state_(state),
        tree_(source.written()),
        places_(places(tree_)),
        recursions_(source.geometry().recursions),
        shown_(state.shown.generated.size()),
        box_(free_box()),
        indent_(std::min(ui::em() * 1.5f, box_.width() * 0.04f)) {}

  std::optional<int> draw(bool reveal) {
    float y = box_.min.y;
    for (const TextStretch& stretch : stretches(tree_)) {
      const float top = y;
      y += draw_stretch(stretch, y);
      ImGui::SetCursorScreenPos({box_.min.x, top});
      ImGui::Dummy({1, y - top});
      const bool ends_here = std::find(stretch.nodes.begin(), stretch.nodes.end(), tree_.tip) != stretch.nodes.end();
      if (reveal && ends_here) ImGui::SetScrollHereY(1);
    }
    for (const Elbow& elbow : pale_) draw_elbow(canvas_, elbow, ui::u32(ui::colors::faint, 0.7), 1);
    for (const Elbow& elbow : bright_) draw_elbow(canvas_, elbow, ui::u32(ui::colors::accent), ui::em() * 0.15f);
    return chosen_;
  }

 private:
  bool is_shown(int node) const { return places_[size_t(node)] >= 0 && places_[size_t(node)] < shown_; }

  /// Returns how high it is.
  float draw_stretch(const TextStretch& stretch, float y) {
    const float left = box_.min.x + indent_ * float(std::min(stretch.forks, most_indents));
    const std::vector<std::string> pieces = pieces_of(tree_, stretch);
    const TextFlow flow = flow_text(pieces, box_.max.x - left);
    const Box place{{left, y}, {box_.max.x, y + flow.height}};
    const auto mouse = ImGui::IsWindowHovered() ? std::optional(ImGui::GetIO().MousePos) : std::nullopt;
    const bool hovered = mouse && place.contains(*mouse);
    const auto under_mouse = draw_flow(canvas_, flow, pieces, place.min, mouse,
                                       [&](int i) { return look_of(stretch.nodes[size_t(i)], hovered); });
    draw_way_to(stretch, place);
    listen(stretch, place, hovered, under_mouse);
    return flow.height + ui::em() * 0.25f;
  }

  TokenLook look_of(int node, bool hovered) const {
    const int depth = std::clamp(tree_.nodes[size_t(node)].token.depth, 0, recursions_), place = places_[size_t(node)];
    TokenLook look = depth_look(depth, recursions_);
    const bool prompt = tree_.nodes[size_t(node)].token.prompt;
    if (!is_shown(node))
      look.tint = mix(look.tint, ui::colors::card, hovered ? 0.55 : 0.75);
    else if (prompt)
      look.tint = mix(look.tint, ui::colors::card, 0.35);
    look.marked = is_shown(node) &&
                  (state_.points_at(Subject::generated, place) || state_.pinned == TokenRef{Subject::generated, place});
    return look;
  }

  void draw_way_to(const TextStretch& stretch, const Box& place) {
    const auto level = size_t(stretch.forks);
    ends_.resize(level + 1);
    ends_[level] = place.max.y;
    if (level == 0) return;
    const float x = place.min.x - indent_ * 0.5f, letter = ui::em() * 0.9f;
    const Elbow elbow{{x, ends_[level - 1] - ui::em() * 0.3f}, {place.min.x, place.min.y + letter}};
    (is_shown(stretch.nodes.front()) ? bright_ : pale_).push_back(elbow);
  }

  void listen(const TextStretch& stretch, const Box& place, bool hovered, std::optional<int> under_mouse) {
    const int branch = tree_.nodes[size_t(stretch.nodes.back())].branch;
    const bool clicked = ImGui::IsMouseClicked(ImGuiMouseButton_Left);
    const int node = under_mouse ? stretch.nodes[size_t(*under_mouse)] : -1;
    if (node >= 0 && is_shown(node)) {
      point_at(state_, {Subject::generated, places_[size_t(node)]}, clicked);
    } else if (hovered && !is_shown(stretch.nodes.back())) {
      ui::tooltip(fmt::format("Click: back to branch {}", branch + 1));
      if (clicked) chosen_ = branch;
    }
    if (!stretch.last) return;
    const std::string name = fmt::format("gen.branch.{}", branch);
    ui::tag(name, place);
    if (!is_shown(stretch.nodes.back()) && ui::pressed_by_key(name)) chosen_ = branch;
  }

  Canvas& canvas_;
  AppState& state_;
  const TextTree& tree_;
  std::vector<int> places_;
  int recursions_, shown_;
  Box box_;
  float indent_;
  std::vector<float> ends_;  // where the last stretch after 0, 1, ... forks ended
  std::vector<Elbow> pale_, bright_;
  std::optional<int> chosen_;
};

}  // namespace

bool has_branches(const Source& source) {
  return source.written().nodes.size() > source.generation().text.size();
}

std::optional<int> draw_branches(Canvas& canvas, AppState& state, const Source& source, bool reveal) {
  return TreePicture(canvas, state, source).draw(reveal);
}

std::string branches_text(const Source& source) {
  const TextTree& tree = source.written();
  const std::vector<int> place = places(tree);
  std::string out;
  for (const TextStretch& stretch : stretches(tree)) {
    out += std::string(size_t(stretch.forks) * 2, ' ') + (place[size_t(stretch.nodes.front())] >= 0 ? "> " : "  ");
    for (const int node : stretch.nodes) {
      const GeneratedPiece& token = tree.nodes[size_t(node)].token;
      out += readable_piece(token.piece) + (source.geometry().recursions > 1 ? fmt::format("[{}]", token.depth) : "");
      if (node == tree.tip) out += " <";
    }
    if (stretch.last) out += fmt::format(" (branch {})", tree.nodes[size_t(stretch.nodes.back())].branch + 1);
    out += "\n";
  }
  return out;
}

}  // namespace tinymor
