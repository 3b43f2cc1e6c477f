// What a text is to the model, tokens, and what the run learns from: the watched text with the id of each token and its
// place in the corpus, the vocabulary with how often each token occurs, and any text that a person types.

#include <fmt/format.h>

#include <algorithm>

#include "datasets/pieces.h"
#include "visualizer/draw/memo.h"
#include "visualizer/panels/panels.h"
#include "visualizer/panels/vocabulary.h"

namespace tinymor {
namespace {

CutText watched_tokens(const Source& source, const AppState& state) {
  const TextView& view = state.shown.causal;
  CutText tokens{{}, view.ids, view.size() == 0 ? no_text(source) : "", 0};
  for (const std::string& piece : view.pieces) tokens.pieces.push_back(quoted_piece(piece));
  return tokens;
}

/// Whether the snapshot is of the text whose place in the corpus is known.
bool is_first_text(const Source& source, const AppState& state) {
  const std::vector<Snapshot>& all = source.history().snapshots;
  return !all.empty() && all.front().threshold.tokens == state.shown.causal.ids;
}

std::string place_of_watched(const Source& source, const AppState& state) {
  const RunInfo& run = source.history().run;
  const int64_t all = corpus_tokens(source), first = std::clamp<int64_t>(run.watched_offset, 0, all);
  if (all == 0) return "where the watched text is in the corpus was not recorded";
  if (!is_first_text(source, state)) return "another text than the run began with: one of a batch, or typed in";
  return fmt::format("the watched text: tokens {} to {} of {} ({})", grouped(first + 1),
                     grouped(first + state.shown.causal.size()), grouped(all),
                     first >= run.train_tokens ? "held out" : "trained on");
}

/// The corpus as a bar: what is trained on, what is held out, and a mark where the watched text is.
void draw_corpus(Canvas& canvas, const Source& source, const AppState& state) {
  const RunInfo& run = source.history().run;
  const double all = double(corpus_tokens(source));
  const float em = ui::em();
  const Box box{free_box().min, {free_box().max.x, free_box().min.y + em * 1.1f}};
  const auto x_of = [&](double token) {
    return box.min.x + box.width() * float(std::clamp(token / std::max(1.0, all), 0.0, 1.0));
  };
  const float border = x_of(double(run.train_tokens)), first = x_of(double(run.watched_offset));
  canvas.rect(box, ui::u32(ui::colors::active), em * 0.15f);
  canvas.rect({box.min, {border, box.max.y}}, ui::u32(ui::colors::control), em * 0.15f);
  if (border - box.min.x > em * 6)
    canvas.text({box.min.x + em * 0.4f, box.min.y + em * 0.05f}, ui::u32(ui::colors::dim), "trained on",
                ui::Font::small);
  if (box.max.x - border > em * 6)
    text_right(canvas, {box.max.x - em * 0.4f, box.min.y + em * 0.05f}, ui::u32(ui::colors::dim), "held out",
               ui::Font::small);
  const float last = std::max(first + em * 0.25f, x_of(double(run.watched_offset) + state.shown.causal.size()));
  canvas.rect({{first, box.min.y - em * 0.15f}, {last, box.max.y + em * 0.15f}}, ui::u32(ui::colors::accent));
  take_box(box);
}

/// What a live run takes its snapshots of.
void draw_choice(AppState& state) {
  if (ui::button("tokens.held_out", "Held-out text", true, "Snapshots of the same text from the next step on"))
    state.wishes.push_back({Wish::watch_held_out});
  ImGui::SameLine();
  if (ui::button("tokens.batches", "Batches", true, "Snapshots of a text that was just trained on, always another"))
    state.wishes.push_back({Wish::watch_batches});
}

/// Tokens side by side, the id of each below it; returns the one under the mouse.
std::optional<int> draw_tokens(Canvas& canvas, const CutText& tokens, std::optional<int> selected) {
  const DataScope data;
  const float em = ui::em(), line = em * 2.9f, pad = em * 0.2f;
  ImGui::BeginChild("tokens", ImVec2(0, 0), false);
  const Box box = free_box();
  const bool inside = ImGui::IsWindowHovered();
  std::optional<int> under_mouse;
  float x = box.min.x, y = box.min.y + 2;
  const auto new_line = [&] {
    x = box.min.x;
    y += line;
  };
  for (int i = 0; i < int(tokens.pieces.size()); ++i) {
    const std::string id = fmt::format("{}", tokens.ids[i]);
    const float width = std::max(text_size(tokens.pieces[i]).x, text_size(id, ui::Font::small).x) + 2 * pad;
    if (x > box.min.x && x + width > box.max.x) new_line();
    const Box plate{{x, y}, {x + width, y + em * 1.4f}}, whole{plate.min, {plate.max.x, y + line}};
    if (ImGui::IsRectVisible(whole.min, whole.max)) {
      canvas.rect(plate, ui::u32(i % 2 ? ui::colors::control : ui::colors::hovered), em * 0.2f);
      canvas.text({x + pad, y + em * 0.15f}, ui::u32(ui::colors::text), tokens.pieces[i]);
      canvas.text({x + pad, plate.max.y}, ui::u32(ui::colors::dim), id, ui::Font::small);
      if (selected == i) canvas.outline(plate, ui::u32(ui::colors::text), 2, em * 0.2f);
      if (inside && whole.contains(ImGui::GetIO().MousePos)) under_mouse = i;
      ui::tag(fmt::format("tokens.token.{}", i), plate);
    }
    x += width + em * 0.15f;
    if (is_newline(tokens.pieces[i])) new_line();
  }
  ImGui::Dummy({1, y + line - box.min.y});
  ImGui::EndChild();
  return under_mouse;
}

class TokensPanel : public Panel {
 public:
  TokensPanel() : Panel("tokens", "Tokens and data") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const std::string all = grouped(int64_t(source.history().run.vocabulary.size()));
    if (state.tokens_view == TokensView::own) return "any text as the tokens of this run, below each its id";
    if (source.history().of_images()) return "what a model of text sees";
    if (state.tokens_view == TokensView::watched)
      return fmt::format("{} tokens of the watched text, below each its id \u00b7 step {}", state.shown.causal.size(),
                         state.shown.step);
    if (corpus_tokens(source) == 0) return fmt::format("{} tokens; how often they occur was not recorded", all);
    return fmt::format("{} tokens and how often each occurs in the corpus of {}", all, grouped(corpus_tokens(source)));
  }

  float controls(const Source&, AppState& state, float right) override {
    state.tokens_view = TokensView(
        ui::corner_choice("tokens.view", {"watched", "vocabulary", "own"}, int(state.tokens_view),
                          {"Lists the tokens of the watched text", "Lists all tokens that there are, and searches them",
                           "Shows the tokens of a text that you type"},
                          right));
    return right;
  }

  Table table(const Source& source, const AppState& state) const override {
    if (state.tokens_view == TokensView::vocabulary) {
      Table table{{"id", "piece", "count"}};
      const std::vector<uint32_t>& counts = counts_of(source);
      for (int32_t id : matching(source, state.token_search))
        table.add(id, piece_at(source, id), counts.empty() ? "" : cell(counts[id]));
      return table;
    }
    const CutText tokens = shown_tokens(source, state);
    Table table{{"position", "id", "piece"}};
    for (size_t i = 0; i < tokens.ids.size(); ++i) table.add(i, tokens.ids[i], tokens.pieces[i]);
    return table;
  }

 private:
  static CutText shown_tokens(const Source& source, const AppState& state) {
    return state.tokens_view == TokensView::own ? tokens_of(source, state.own_text) : watched_tokens(source, state);
  }

  std::string missing(const Source& source, const AppState& state) const override {
    if (source.history().of_images()) return no_text(source);
    return state.tokens_view == TokensView::watched ? watched_tokens(source, state).problem : "";
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    switch (state.tokens_view) {
      case TokensView::watched:
        return draw_watched(source, state, canvas);
      case TokensView::vocabulary:
        return draw_vocabulary(source, state, canvas);
      case TokensView::own:
        return draw_own(source, state, canvas);
    }
  }

  std::string lines(const Source& source, const AppState& state) const override {
    std::string out;
    if (state.tokens_view == TokensView::vocabulary) {
      for (int32_t id : matching(source, state.token_search))
        out += fmt::format("{} {}\n", in_quotes(piece_at(source, id)), frequency(source, id));
      return out;
    }
    const CutText tokens = shown_tokens(source, state);
    if (!tokens.problem.empty()) return tokens.problem + "\n";
    out = state.tokens_view == TokensView::own ? summary_of(source, state.own_text, tokens)
                                               : place_of_watched(source, state);
    out += "\n";
    for (size_t i = 0; i < tokens.ids.size(); ++i) out += fmt::format("{}[{}] ", tokens.pieces[i], tokens.ids[i]);
    return out + "\n";
  }

  static void draw_watched(const Source& source, AppState& state, Canvas& canvas) {
    const CutText watched = watched_tokens(source, state);
    if (source.steerable()) draw_choice(state);
    const auto write = [&](const std::string& line, Color color) {
      canvas.text(free_box().min, ui::u32(color), line, ui::Font::small);
      ImGui::Dummy({1, text_size(line, ui::Font::small).y});
    };
    write(place_of_watched(source, state), ui::colors::dim);
    if (corpus_tokens(source) > 0 && is_first_text(source, state)) draw_corpus(canvas, source, state);
    const auto selected = selected_in(state, Subject::watched, int(watched.ids.size()));
    if (selected)
      write(frequency(source, watched.ids[*selected]), ui::colors::text);
    else
      write("point at a token to see how often it occurs", ui::colors::faint);
    if (const auto under_mouse = draw_tokens(canvas, watched, selected))
      point_at(state, {Subject::watched, *under_mouse}, ImGui::IsMouseClicked(ImGuiMouseButton_Left));
  }

  void draw_vocabulary(const Source& source, AppState& state, Canvas& canvas) {
    const float em = ui::em(), row = em * 1.5f;
    const std::vector<int32_t>& listed =
        listed_.of({source.version(), state.token_search}, [&] { return matching(source, state.token_search); });
    ImGui::SetNextItemWidth(em * 9);
    ui::text_field("tokens.search", state.token_search);
    ImGui::SameLine();
    ui::label(fmt::format("search: {} found", grouped(int64_t(listed.size()))), ui::colors::dim, ui::Font::small);

    const std::vector<uint32_t>& counts = counts_of(source);
    const double most = counts.empty() ? 1 : std::max(1u, *std::max_element(counts.begin(), counts.end()));
    const DataScope data;
    ImGui::BeginChild("vocabulary", ImVec2(0, 0), false);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    ImGuiListClipper clipper;
    clipper.Begin(int(listed.size()), row);
    while (clipper.Step())
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        const int32_t id = listed[i];
        const Box box = free_box();
        ui::fitted_text(canvas, box.min, ui::u32(ui::colors::text), piece_at(source, id), em * 6);
        text_right(canvas, {box.min.x + em * 9.5f, box.min.y}, ui::u32(ui::colors::dim), fmt::format("{}", id));
        if (!counts.empty()) {
          const float left = box.min.x + em * 15.5f, width = std::max(0.0f, box.max.x - left);
          text_right(canvas, {left - em * 0.8f, box.min.y}, ui::u32(ui::colors::text), grouped(counts[id]));
          canvas.rect({{left, box.min.y + em * 0.2f}, {left + width * float(counts[id] / most), box.min.y + em}},
                      ui::u32(ui::colors::accent));
        }
        ImGui::Dummy({box.width(), row});
        ui::tag(fmt::format("tokens.row.{}", i));
        if (ImGui::IsItemHovered()) ui::hint(frequency(source, id).c_str());
      }
    ImGui::PopStyleVar();
    ImGui::EndChild();
  }

  void draw_own(const Source& source, AppState& state, Canvas& canvas) {
    const float em = ui::em();
    ui::text_area("tokens.own", state.own_text, {-1, std::clamp(free_box().height() * 0.3f, em * 2, em * 4.4f)});
    if (ui::button("tokens.open", "Open a file", true, "Puts a text file in place of this text"))
      state.open.dialog = Dialog::text;
    ImGui::SameLine();
    if (source.can_watch()) {
      const char* hint = source.steerable() ? "All panels show this text from the run's next step on"
                                            : "All panels show this text, as the run's weights see it";
      if (ui::button("tokens.watch", "Watch it", true, hint)) state.wishes.push_back({Wish::watch});
      ImGui::SameLine();
    }
    const CutText own = tokens_of(source, state.own_text);
    ui::paragraph(summary_of(source, state.own_text, own), own.problem.empty() ? ui::colors::text : ui::colors::warn,
                  ui::Font::small);
    if (const std::string why = why_not_watched(source, state.own_text); source.can_watch() && own.problem.empty())
      ui::paragraph(why, ui::colors::warn, ui::Font::small);
    draw_tokens(canvas, own, {});
  }

  Memo<std::pair<uint64_t, std::string>, std::vector<int32_t>> listed_;  // ids, by the source's version and the search
};

}  // namespace

std::unique_ptr<Panel> make_tokens_panel() {
  return std::make_unique<TokensPanel>();
}

}  // namespace tinymor
