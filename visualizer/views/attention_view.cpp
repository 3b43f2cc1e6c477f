#include "visualizer/views/attention_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "datasets/pieces.h"
#include "visualizer/views/text_view.h"

namespace tinymor {

constexpr int most_tokens = 1024;

int AttentionView::at(int map, int query, int key) const {
  const auto weight = [&](int head) { return int(weights[(size_t(head) * tokens + query) * tokens + key]); };
  if (map < heads) return weight(map);
  int sum = 0, most = 0;
  for (int head = 0; head < heads; ++head) {
    sum += weight(head);
    most = std::max(most, weight(head));
  }
  return map == heads ? (sum + heads / 2) / heads : most;
}

std::string AttentionView::name(int map) const {
  if (map < heads) return fmt::format("head {}", map + 1);
  return map == heads ? "mean" : "max";
}

AttentionView view_of(const AttentionTrace& trace, int tokens) {
  AttentionView view;
  if (tokens <= 0 || tokens > most_tokens) return view;
  const auto inside = [&](const std::vector<int32_t>& positions) {
    return std::is_sorted(positions.begin(), positions.end()) &&
           (positions.empty() || (positions.front() >= 0 && positions.back() < tokens));
  };
  if (!inside(trace.queries) || !inside(trace.keys)) return view;
  size_t each = 0;
  for (int32_t query : trace.queries) each += trace.visible(query);
  if (each == 0 || trace.weights.size() % each != 0 || trace.weights.size() / each > 64) return view;
  view.tokens = tokens;
  view.heads = int(trace.weights.size() / each);
  view.weights.resize(size_t(view.heads) * tokens * tokens);
  view.asks.resize(tokens);
  view.seen.resize(tokens);
  for (int32_t query : trace.queries) view.asks[query] = true;
  for (int32_t key : trace.keys) view.seen[key] = true;
  const bool summed = trace.log_sums.size() == size_t(view.heads) * trace.queries.size();
  if (summed) view.log_sums.resize(size_t(view.heads) * tokens);
  auto weight = trace.weights.begin();
  auto log_sum = trace.log_sums.begin();
  for (int head = 0; head < view.heads; ++head)
    for (int32_t query : trace.queries) {
      const size_t row = size_t(head) * tokens + query;
      if (summed) view.log_sums[row] = *log_sum++;
      for (size_t i = 0; i < trace.visible(query); ++i) view.weights[row * tokens + trace.keys[i]] = *weight++;
    }
  return view;
}

namespace {

/// The tokens from `first` to `last` with their weights that are not 0, largest first.
template <class Weight>
std::vector<std::pair<int, int>> by_weight(int first, int last, Weight&& weight) {
  std::vector<std::pair<int, int>> found;
  for (int token = first; token <= last; ++token)
    if (const int w = weight(token); w > 0) found.emplace_back(w, token);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  return found;
}

}  // namespace

std::vector<std::pair<int, int>> strongest(const AttentionView& view, int map, int query) {
  return by_weight(0, query, [&](int key) { return view.at(map, query, key); });
}

std::vector<std::pair<int, int>> askers(const AttentionView& view, int map, int key) {
  return by_weight(key, view.tokens - 1, [&](int query) { return view.at(map, query, key); });
}

namespace {

constexpr int most_arcs = 200, least_weight = 3, most_lines = 40;

/// The strongest of the whole map.
std::vector<Arc> strongest_of_all(const AttentionView& view, int map) {
  std::vector<Arc> all;
  for (int query = 0; query < view.tokens; ++query)
    for (int key = 0; key <= query; ++key)
      if (const int weight = view.at(map, query, key); weight >= least_weight) all.push_back({query, key, weight});
  const auto stronger = [](const Arc& a, const Arc& b) {
    return std::tuple(-a.weight, a.query, a.key) < std::tuple(-b.weight, b.query, b.key);
  };
  const size_t count = std::min(all.size(), size_t(most_arcs));
  std::partial_sort(all.begin(), all.begin() + ptrdiff_t(count), all.end(), stronger);
  all.resize(count);
  return all;
}

}  // namespace

Arcs arcs_of(const AttentionView& view, int map, std::optional<int> query) {
  if (!query) return {strongest_of_all(view, map), std::nullopt};
  Arcs arcs;
  int sum = 0;
  for (const auto& [weight, key] : strongest(view, map, *query)) {
    if (weight < least_weight || int(arcs.drawn.size()) == most_arcs) break;
    arcs.drawn.push_back({*query, key, weight});
    sum += weight;
  }
  if (map <= view.heads && view.asks[size_t(*query)]) arcs.rest = std::max(0.0, 1 - sum / 255.0);
  return arcs;
}

std::string arcs_text(const AttentionView& view, int map, std::optional<int> query,
                      const std::vector<std::string>& pieces, const std::string& where) {
  const auto name = [&](int token) { return in_quotes(pieces[size_t(token)]); };
  const Arcs arcs = arcs_of(view, map, query);
  std::string out = fmt::format("{}, {}", where, view.name(map));
  if (query && !view.asks[size_t(*query)]) return out + fmt::format(": {} is skipped, it asks nothing\n", name(*query));
  out += query ? fmt::format(": {} at {} looks at\n", name(*query), *query) : ": the strongest weights\n";
  for (size_t i = 0; i < std::min(arcs.drawn.size(), size_t(most_lines)); ++i) {
    const Arc& arc = arcs.drawn[i];
    const std::string from = query ? "" : fmt::format("{} at {} looks at ", name(arc.query), arc.query);
    out += fmt::format("  {:5.1f} %  {}{} at {}\n", arc.weight / 2.55, from, name(arc.key), arc.key);
  }
  if (arcs.drawn.size() > most_lines) out += fmt::format("  and {} more\n", arcs.drawn.size() - most_lines);
  if (arcs.rest) out += fmt::format("  {:5.1f} %  the rest\n", *arcs.rest * 100);
  return out;
}

std::string weight_sentence(const AttentionView& view, int map, int query, int key,
                            const std::vector<std::string>& pieces, const std::string& where) {
  const std::string asking = in_quotes(pieces[query]), asked = in_quotes(pieces[key]);
  if (key > query) return fmt::format("{} comes after {}: not there yet", asked, asking);
  if (!view.asks[query]) return fmt::format("{} is skipped in {}: it asks nothing", asking, where);
  if (!view.seen[key]) return fmt::format("{} is skipped in {}: {} cannot see it", asked, where, asking);
  const double share = view.at(map, query, key) / 2.55;
  if (map >= view.heads)
    return fmt::format("{} looks at {}: {:.1f} %, {} of the heads", asking, asked, share, view.name(map));
  const auto keys = std::count(view.seen.begin(), view.seen.begin() + query + 1, true);
  std::string out = fmt::format("{} looks at {}: {:.1f} % = softmax of q\u00b7k / sqrt(d) over {} keys, {}", asking,
                                asked, share, keys, view.name(map));
  if (view.log_sums.empty() || share == 0) return out;
  const double log_sum = view.log_sums[size_t(map) * view.tokens + query], score = std::log(share / 100) + log_sum;
  return out +
         fmt::format("\nq\u00b7k / sqrt(d) is about {:.2f}, and e^{:.2f} / e^{:.2f}, the sum over the keys, is {:.3f}",
                     score, score, log_sum, share / 100);
}

}  // namespace tinymor
