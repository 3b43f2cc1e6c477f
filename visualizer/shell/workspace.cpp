#include "visualizer/shell/workspace.h"

#include <algorithm>

#include "visualizer/shell/gaps.h"
#include "visualizer/shell/panel_card.h"

namespace tinymor {
namespace {

/// Turns to the page of the panel that is to be shown, if any.
void turn_to_shown_panel(const std::vector<Page>& all, AppState& state) {
  if (state.show.empty()) return;
  const auto page = std::find_if(all.begin(), all.end(), [&](const Page& p) { return p.holds(state.show); });
  if (page != all.end()) state.page = page->name;
  state.show.clear();
  state.maximised.clear();
}

}  // namespace

std::vector<Page> current_pages(const Source& source, const AppState& state, const Box& area) {
  return pages(arrangement(state.room(), ui::em()), area, ui::em(), source.history().of_images());
}

Page current_page(const Source& source, const AppState& state, const Box& area) {
  if (!state.maximised.empty()) return {"", {{state.maximised, area}}};
  return page_of(current_pages(source, state, area), state.page, source.history().of_images());
}

int rule_choices(const Source& source, const AppState& state) {
  const Page page = current_page(source, state);
  const auto draws = [&](const char* panel) { return page.holds(panel); };
  return draws("strip") || draws("grid") || draws("compare") ? 3 : 2;
}

void turn_to_page(AppState& state, const std::string& name) {
  state.page = name;
  state.maximised.clear();
}

std::optional<PictureRequest> draw_workspace(const Source& source, AppState& state, ui::Registry& registry,
                                             const Panels& panels, const Box& area) {
  const float gap = ui::em() * 0.5f;
  const Box inner = area.inset(gap, gap);
  if (inner.width() < 8 || inner.height() < 8) return std::nullopt;
  turn_to_shown_panel(current_pages(source, state, inner), state);
  Page page = current_page(source, state, inner);
  if (state.maximised.empty()) {
    state.page = page.name;
    draw_gaps(page, state, registry);
  }
  std::optional<PictureRequest> saved;
  for (const Tile& tile : page.tiles)
    if (Panel* panel = find_panel(panels, tile.panel))
      if (auto picture = draw_panel_card(*panel, tile.box, source, state)) saved = std::move(picture);
  return saved;
}

}  // namespace tinymor
