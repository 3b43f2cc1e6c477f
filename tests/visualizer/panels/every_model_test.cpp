// Every legal combination of sharing, routing and KV strategy through the panels: what they say is what the model did.

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <sstream>

#include "mor/counts.h"
#include "mor/kv_cache.h"
#include "mor/twins.h"
#include "support/catch.h"
#include "support/tiny_models.h"
#include "trainer/loop/run_folder.h"
#include "trainer/recording/snapshot.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/runs/model_decoder.h"
#include "visualizer/runs/recording_source.h"
#include "visualizer/shell/headless.h"
#include "visualizer/views/loop_story.h"

using namespace tinymor;

namespace {

constexpr int tokens = 16;

std::shared_ptr<const Tokenizer> letters() {
  return train_char_tokenizer("abcdefghij");
}

struct Case {
  std::string name;
  ModelConfig config;
};

/// Nothing is listed by hand: what resolve() refuses is left out.
std::vector<Case> all_models() {
  std::vector<Case> all;
  for (size_t sharing = 0; sharing < enum_names<Sharing>().size(); ++sharing)
    for (size_t routing = 0; routing < enum_names<Routing>().size(); ++routing)
      for (size_t kv = 0; kv < enum_names<KvStrategy>().size(); ++kv) {
        ModelConfig c;
        c.vocab_size = letters()->vocab_size();
        c.d_model = 8, c.n_heads = 2, c.n_kv_heads = 1, c.d_ff = 12, c.max_seq_len = 32;
        c.sharing = Sharing(sharing), c.routing = Routing(routing), c.kv_cache = KvStrategy(kv);
        const bool stages = c.sharing == Sharing::none && c.routing == Routing::exit_gate;
        c.n_recursions = c.sharing == Sharing::none && !stages ? 1 : 3;
        c.n_layers = c.sharing == Sharing::middle_cycle || c.sharing == Sharing::middle_sequence ? 8 : 6;
        try {
          c.resolve();
        } catch (const InputError&) {
          continue;
        }
        all.push_back({fmt::format("{} {} {}", enum_name(c.sharing), enum_name(c.routing), enum_name(c.kv_cache)), c});
      }
  return all;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The marks after a row's name, one for each token, or "" where there is no such row.
std::string marks_of(const std::string& text, const std::string& row) {
  for (const std::string& line : lines_of(text))
    if (line.starts_with(row + "  ")) return line.substr(row.size() + 2, tokens);
  return "";
}

int64_t total_entries(const Trace& trace, const ModelConfig& config) {
  return trace.kv_bytes / kv_bytes_per_entry(config);
}

std::string recursion_name(const Model& model, int64_t r) {
  const LayerMap& map = model.layers();
  if (map.repeats) return fmt::format("recursion {}", r + 1);
  if (map.recursions > 1) return fmt::format("layers {} to {}", 2 * r + 1, 2 * r + 2);
  return map.prelude == 0 ? "all layers" : fmt::format("layers 2 to {}", model.config().n_layers - 1);
}

/// A window on one text of a model.
struct Watch {
  explicit Watch(const ModelConfig& config)
      : model(opinionated_model(config, 5)),
        text(random_tokens(tokens, 10, 8)),
        source("run", recording()),
        window(source, 900, 700) {
    window.frames(2);
  }

  Recording recording() const {
    Recording out;
    Config all;
    all.model = model.config();
    out.config_toml = config_to_toml(all);
    out.vocabulary = letters()->pieces();
    out.snapshots.push_back(snapshot_of(model, *letters(), text));
    out.snapshots.back().step = 10;
    return out;
  }
  const Trace& shown() const {
    const Snapshot& s = source.history().snapshots[0];
    return const_cast<Headless&>(window).app().state().rule == RuleView::training ? s.topk : s.threshold;
  }
  std::string panel(const char* name) { return window.app().text(name); }
  AppState& state() { return window.app().state(); }

  Model model;
  std::vector<int32_t> text;
  RecordingSource source;
  Headless window;
};

void check_grid(Watch& watch) {
  const std::string grid = watch.panel("grid");
  const Trace& trace = watch.shown();
  for (int64_t r = 0; r < watch.model.layers().recursions; ++r) {
    std::string marks;
    for (int32_t depth : trace.depth) marks += depth > r ? '#' : depth == r ? '-' : '.';
    const std::string row = recursion_name(watch.model, r);
    CHECK(marks_of(grid, row) == marks);
    CHECK_THAT(grid, ContainsSubstring(fmt::format("{}  {}  {} of {} (", row, marks,
                                                   std::count(marks.begin(), marks.end(), '#'), tokens)));
  }
  CHECK_THAT(grid, !ContainsSubstring(fmt::format("recursion {}", watch.model.layers().recursions + 1)));
}

/// Which of the two rules computed what: in the text, and as columns of its table.
void check_differences(Watch& watch) {
  watch.state().rule = RuleView::difference;
  watch.window.frames(1);
  const Snapshot& s = watch.source.history().snapshots[0];
  const std::string grid = watch.panel("grid");
  std::vector<std::vector<std::string>> both;
  for (int64_t r = 0; r < watch.model.layers().recursions; ++r) {
    std::string marks;
    for (int t = 0; t < tokens; ++t) {
      const bool training = s.topk.depth[t] > r, causal = s.threshold.depth[t] > r;
      marks += training && causal ? '#' : training ? 't' : causal ? 'c' : '-';
      both.push_back({training ? "1" : "0", causal ? "1" : "0"});
    }
    CHECK(marks_of(grid, recursion_name(watch.model, r)) == marks);
  }
  for (const auto& panel : watch.window.app().panels()) {
    if (std::string_view(panel->name()) != "grid") continue;
    const Table table = panel->table(watch.source, watch.state());
    CHECK(table.columns == std::vector<std::string>{"recursion", "position", "piece", "training rule", "causal rule"});
    REQUIRE(table.rows.size() == both.size());
    for (size_t i = 0; i < both.size(); ++i)
      CHECK(std::vector<std::string>(table.rows[i].begin() + 3, table.rows[i].end()) == both[i]);
  }
}

/// Each row of the cache has as many entries as its marks say, and all together are those of the model's cache.
void check_cache(Watch& watch, const Trace& trace, const ModelConfig& config) {
  const std::string kv = watch.panel("kv");
  int64_t entries = 0;
  for (const std::string& line : lines_of(kv)) {
    const size_t at = line.find(" entries in ");
    if (at == std::string::npos || !line.ends_with(line.back() == 's' ? "layers" : "layer")) continue;
    const size_t begin = line.rfind(' ', at - 1) + 1;
    const int64_t row = std::stoll(line.substr(begin)), layers = std::stoll(line.substr(at + 12));
    entries += row;
    CHECK(std::count(line.begin(), line.begin() + int64_t(begin), '#') * layers == row);
  }
  CHECK(entries == total_entries(trace, config));
  CHECK_THAT(kv, ContainsSubstring(fmt::format(" = {} entries of {} B", entries, kv_bytes_per_entry(config))));
}

void check_every_strategy(Watch& watch) {
  const ModelConfig own = watch.model.config();
  const std::vector<int32_t> depths = watch.shown().depth;
  for (size_t kv = 0; kv < enum_names<KvStrategy>().size(); ++kv) {
    ModelConfig config = own;
    config.kv_cache = KvStrategy(kv);
    CAPTURE(enum_name(config.kv_cache));
    watch.state().cache_strategy = int(kv) + 1;
    try {
      config.resolve();
    } catch (const InputError&) {
      CHECK_THAT(watch.panel("kv"), ContainsSubstring("a way in which this model cannot cache\n"));
      CHECK_THAT(watch.panel("kv"), ContainsSubstring("(choose \"run\")"));
      continue;
    }
    const Trace forced =
        trace(opinionated_model(config, 5), watch.text, {.rule = watch.shown().rule, .depths = depths});
    REQUIRE(forced.depth == depths);
    check_cache(watch, forced, config);
    if (watch.model.layers().recursions == 1) continue;
    const ModelConfig twin = watch.model.layers().repeats ? recursive_twin(config) : vanilla_twin(config);
    CHECK(bytes_unrouted(watch.state().shown.text(Subject::watched, watch.state().rule), watch.source.geometry(),
                         config.kv_cache) == trace(opinionated_model(twin, 5), watch.text, {}).kv_bytes);
  }
  watch.state().cache_strategy = 0;
}

void check_depths(Watch& watch) {
  const bool recurs = watch.model.layers().recursions > 1;
  const std::string strip = watch.panel("strip"), token = watch.panel("inspector"),
                    whole = fmt::format("all {} layers", watch.model.config().n_layers);
  for (int t = 0; recurs && t < tokens; ++t)
    CHECK_THAT(strip, ContainsSubstring(fmt::format("{}[{}]", letters()->piece(watch.text[size_t(t)]),
                                                    watch.shown().depth[size_t(t)])));
  if (!recurs) CHECK_THAT(strip, ContainsSubstring("no recursions: every token takes " + whole));
  CHECK_THAT(token, ContainsSubstring(recurs ? fmt::format("token 4 “{}”: depth", letters()->piece(watch.text[3]))
                                             : fmt::format("token 4 “{}”: no recursions: {}",
                                                           letters()->piece(watch.text[3]), whole)));
}

/// The story's passes, leavers and cache cells are those of the trace.
void check_story(Watch& watch) {
  const Trace& trace = watch.shown();
  const TextView& view = watch.state().shown.text(Subject::watched, watch.state().rule);
  const Geometry& geometry = watch.source.geometry();
  const LoopStory story(view, geometry, 0, tokens);
  const bool loops = watch.model.layers().recursions > 1;
  int last = story.events() - 1, left = 0, passes = 0;
  for (int e = 0; e <= last && loops; ++e) {
    const LoopEvent& event = story.event(e);
    if (event.kind != LoopEvent::run || event.box != story.machine().block) continue;
    const auto inside = std::count_if(trace.depth.begin(), trace.depth.end(), [&](int d) { return d >= event.pass; });
    CHECK(story.inside(view, e) == inside);
    passes += int(inside);
    CHECK(story.work(view, e) == passes);
    left = tokens - int(inside);
    int out = 0;
    for (int t = 0; t < tokens; ++t) out += story.standing(view, t, e).place == Place::exit;
    CHECK(out == left);
  }
  if (loops) CHECK(story.work(view, last) == std::accumulate(trace.depth.begin(), trace.depth.end(), 0));
  if (!loops) CHECK(story.work(view, last) == tokens * watch.model.config().n_layers);
  int64_t entries = 0;
  for (const CacheRow& row : view.kv.rows) {
    CHECK(story.stored(row, 0) == 0);
    CHECK(story.stored(row, last) == 1);
    entries += std::count(row.slots.begin(), row.slots.end(), CacheSlot::stored) * int64_t(row.layers.size());
  }
  CHECK(entries == total_entries(trace, watch.model.config()));
  for (int e = 0; e <= last; ++e) {
    watch.state().story.event = e;
    watch.state().page = "Loop";
    watch.window.frames(1);
  }
  CHECK_THAT(watch.panel("loop"), ContainsSubstring("Below each token is its guess"));
}

void check_attention(Watch& watch) {
  const Trace& trace = watch.source.history().snapshots[0].threshold;
  const LayerMap& map = watch.model.layers();
  double work = 0;  // layers per token, by what the layers were seen doing
  for (int64_t l = 0; l < int64_t(trace.attention.size()); ++l) {
    const AttentionTrace& layer = trace.attention[size_t(l)];
    const int64_t r = map.recursion_of(l);
    work += double(layer.queries.size()) / tokens;
    watch.state().attention_layer = r >= 0 ? int(l - map.layer(r, 0)) : l == 0 ? -1 : int(map.block);
    std::string marks(layer.queries.empty() ? 0 : tokens, '-');
    for (int32_t query : layer.queries) marks[size_t(query)] = '#';
    const std::string row = r < 0                ? l == 0 ? "first layer" : "last layer"
                            : map.recursions > 1 ? recursion_name(watch.model, r)
                                                 : "all tokens";
    CHECK_THAT(watch.panel("attention"),
               ContainsSubstring(fmt::format("{}: {} heads, {} of {} tokens ask  {}\n", row,
                                             layer.queries.empty() ? 0 : 2, layer.queries.size(), tokens, marks)));
  }
  const double mean =
      std::accumulate(trace.depth.begin(), trace.depth.end(), 0.0) / double(std::max<size_t>(1, trace.depth.size()));
  CHECK(work == Approx(layers_per_token(watch.model.config(), mean)));
  watch.state().rule = RuleView::causal;
  CHECK_THAT(watch.panel("compare"),
             ContainsSubstring(fmt::format("layers per token: {} and {}\n", short_number(work), short_number(work))));
}

void check_layers(Watch& watch) {
  const LayerMap& map = watch.model.layers();
  const std::vector<std::string> rows = lines_of(watch.window.app().csv("sharing"));
  REQUIRE(rows.size() == 1 + map.weights.size());
  for (size_t l = 0; l < map.weights.size(); ++l) {
    const int64_t recursion = map.recursions > 1 ? map.recursion_of(int64_t(l)) + 1 : 0;
    CHECK(rows[l + 1].starts_with(fmt::format("{},{},{},", l + 1, recursion, map.weights[l] + 1)));
  }
  const std::string lens = watch.panel("lens");
  for (int64_t most = 1; most < map.recursions; ++most)
    CHECK_THAT(lens, ContainsSubstring(fmt::format("at most {}: ", most)));
  CHECK_THAT(lens, ContainsSubstring(map.recursions > 1 ? "as routed: " : "this model has no recursions"));
}

}  // namespace

TEST_CASE("every panel says of every model what the model did") {
  const std::vector<Case> all = all_models();
  CHECK(all.size() == 24);
  for (const Case& each : all) {
    CAPTURE(each.name);
    Watch watch(each.config);
    watch.state().pinned = TokenRef{Subject::watched, 3};
    for (const RuleView rule : {RuleView::training, RuleView::causal}) {
      CAPTURE(rule_name(rule));
      watch.state().rule = rule;
      watch.window.frames(1);
      check_grid(watch);
      check_cache(watch, watch.shown(), each.config);
      check_every_strategy(watch);
      check_depths(watch);
      check_story(watch);
    }
    check_attention(watch);
    check_layers(watch);
    check_differences(watch);
    for (const auto& panel : make_panels()) CHECK_FALSE(watch.panel(panel->name()).empty());
  }
}

TEST_CASE("the cache of a text that is being written is the model's, also with fewer recursions") {
  std::vector<Case> all = all_models();
  all.push_back({"a first recursion that leaves tokens out", all.front().config});
  ModelConfig& narrow = all.back().config;
  narrow.sharing = Sharing::cycle, narrow.n_recursions = 3, narrow.routing = Routing::expert_choice;
  narrow.router.capacity = {0.5, 0.5, 0.25};
  narrow.resolve();
  for (const Case& each : all)
    for (const int most : {0, 1}) {
      CAPTURE(each.name, most);
      const auto model = std::make_shared<const Model>(opinionated_model(each.config, 5));
      const auto decoder = model_decoder({model, letters()});
      GenerateRequest request;
      request.prompt = "abcabc", request.max_depth = most;
      std::vector<GeneratedPiece> text = decoder->start(request);
      for (int i = 0; i < 6; ++i) text.push_back(decoder->next(request));
      text.back().cached = decoder->cached(), text.back().kv_bytes = decoder->kv_bytes();
      CHECK(text.back().cached == 12);
      const TextView view = view_of(text, geometry_of(each.config));
      int64_t entries = 0;
      for (const CacheRow& row : view.kv.rows) entries += row.entries;
      CHECK(entries * kv_bytes_per_entry(each.config) == decoder->kv_bytes());
      CHECK(view.kv.vanilla_bytes == 12 * each.config.n_layers * kv_bytes_per_entry(each.config));
      for (const GeneratedPiece& token : text) CHECK((most == 0 || token.depth <= most));
    }
}

TEST_CASE("the strip shows the experts that the tokens of a text chose, layer by layer") {
  for (Case& each : all_models()) {
    CAPTURE(each.name);
    Watch watch(with_experts(each.config));
    const std::vector<std::vector<int32_t>> experts = watch.shown().experts;
    REQUIRE(experts.size() == size_t(each.config.n_layers));
    watch.state().page = "Overview", watch.state().tint = Tint::expert;
    watch.window.frames(1);
    for (size_t layer = 0; layer < experts.size(); ++layer) {
      CHECK(watch.state().expert_layer == int(layer));
      const std::string strip = watch.panel("strip");
      CHECK_THAT(strip, ContainsSubstring(fmt::format("in layer {} of {}", layer + 1, experts.size())));
      std::string marked;
      for (int t = 0; t < tokens; ++t)
        marked += fmt::format("{}[{}]", letters()->piece(watch.text[size_t(t)]), experts[layer][size_t(t)] + 1);
      CHECK_THAT(strip, ContainsSubstring(marked));
      REQUIRE(watch.window.click("strip.layer"));
    }
    CHECK(watch.state().expert_layer == 0);
  }
}

TEST_CASE("without recursions the pictures have no depth colour") {
  ModelConfig config;
  config.n_layers = 8;
  const Geometry vanilla = geometry_of(config);
  CHECK(vanilla.recursions == 1);
  CHECK(all_layers(vanilla) == "all 8 layers");
  config.sharing = Sharing::sequence, config.n_recursions = 4;
  CHECK(geometry_of(config).recursions == 1);  // each layer's weights four times in a row: no pass comes back
}

TEST_CASE("a forced depth and another cut-off act together, and without either nothing is changed") {
  ModelConfig config = tiny_config();
  const auto model = std::make_shared<const Model>(opinionated_model(config, 5));
  const auto decoder = model_decoder({model, byte_tokenizer()});
  Experiment wanted;
  wanted.tokens = random_tokens(16, config.vocab_size, 3);
  wanted.cut_off = 0.9f;
  const ExperimentOutcome shifted = decoder->try_out(wanted);
  CHECK(shifted.changed.depth != shifted.routed.depth);
  wanted.token = 4, wanted.depth = shifted.changed.depth[4] % 3 + 1;
  ExperimentOutcome both = decoder->try_out(wanted);
  CHECK(both.by_depth.size() == 3);
  CHECK(both.routed.depth == shifted.routed.depth);
  CHECK(both.changed.depth[4] == wanted.depth);
  both.changed.depth[4] = shifted.changed.depth[4];
  CHECK(both.changed.depth == shifted.changed.depth);
  wanted.training_rule = true, wanted.depth = 0;  // that rule has no cut-off
  CHECK_FALSE(wanted.changes_something());
}
