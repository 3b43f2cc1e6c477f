#include "visualizer/state/control_names.h"

#include <algorithm>
#include <sstream>

#include "tensor/error.h"
#include "trainer/config.h"
#include "visualizer/state/layout.h"

namespace tinymor {
namespace {

/// All but those of panels.
constexpr const char* without_panels = R"(
attention.large attention.large.all attention.layer attention.layer.N attention.map.N.N attention.nearest attention.row attention.row.N attention.head attention.head.N attention.view attention.view.N attention.arcs autograd.expression
autograd.first autograd.formula autograd.graph autograd.last autograd.leaf.NAME autograd.value.NAME autograd.next autograd.preset
autograd.preset.N autograd.previous candidates.N compare.kind compare.kind.N compare.linked compare.next
compare.other compare.race compare.run.N compare.runs compare.snapshot compare.sort.N compare.step compare.swap curves.axis curves.axis.N curves.log curves.NAME.area
curves.NAME.NAME curves.runs curves.smooth depth.back depth.by depth.by.N depth.cut_offs depth.dots.N depth.example.N
depth.flops depth.of_next depth.part depth.part.N depth.row.N depth.sort.N depth.stop depth.survey
depth.training.NAME depth.worst.N gen.branch gen.branch.N gen.clear gen.f32 gen.go_on gen.int4 gen.int8 gen.max_depth gen.min_p gen.pace gen.play gen.prompt gen.repetition_penalty gen.seed gen.step
gen.temperature gen.tokens gen.top_k gen.top_p gen.undo grid.cells grid.cells.all grid.paper grid.sort help help.close
help.window inspector inspector.guess.N inspector.let_go inspector.number.N kv.cells kv.cells.all kv.strategy kv.strategy.N kv.subject kv.subject.N learn
lens.capacity lens.cells lens.cells.all lens.choices lens.cut_off lens.depth.N lens.everybody lens.reset lens.without lesson lesson.back
lesson.choose.N lesson.close lesson.done.N lesson.fold lesson.following lesson.hint lesson.list.close lesson.next lesson.problem.N lesson.solve
loop.back loop.bar loop.depth.N loop.event loop.image loop.instruments loop.next loop.own loop.pad loop.pad.clear loop.pad.eraser loop.pad.take loop.play loop.preset.N loop.rewind
loop.survey loop.text menu.NAME note.cancel note.keep note.text open open.close open.go open.message open.path open.run.N page.N
page.menu page.next page.previous patches.image.N record rule.N rule.next runs.close runs.filter runs.first runs.none runs.run.N runs.sort.N
scores.log scores.one_scale
scores.strip.N serving.cells serving.cells.all serving.groups sharing.passes sharing.scheme sharing.scheme.N sharing.set.N split.N strip.layer strip.shift
strip.tint strip.token.N term.NAME theme time.all time.clock time.first time.follow time.next time.play time.previous time.speed
time.track tokens.batches tokens.held_out tokens.open tokens.own tokens.row.N tokens.search tokens.token.N
tokens.view tokens.view.N tokens.watch top.badge train.capacity train.data train.go train.layers train.lr
train.pause train.problem train.race train.recursions train.rest.battery train.rest.plateau train.routing
train.routing.N train.sharing train.sharing.N train.step train.steps train.stop train.width zoom.in zoom.out)";

/// Takes the first word off `rest`.
std::string_view first_part(std::string_view& rest) {
  const size_t dot = std::min(rest.find('.'), rest.size());
  const std::string_view part = rest.substr(0, dot);
  rest.remove_prefix(std::min(dot + 1, rest.size()));
  return part;
}

bool is_number(std::string_view part) {
  return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
}

bool fits(std::string_view pattern, std::string_view part) {
  if (pattern == "N") return is_number(part);
  return pattern == "NAME" ? !part.empty() : pattern == part;
}

/// Whether the name fits `known`, in which N and NAME may be anything of their kind.
bool stands_for(std::string_view known, std::string_view name) {
  while (!known.empty() && !name.empty()) {
    if (known == "NAME") return true;  // names of values may have dots
    if (!fits(first_part(known), first_part(name))) return false;
  }
  return known.empty() && name.empty();
}

}  // namespace

const std::vector<std::string>& control_names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    std::istringstream words(without_panels);
    for (std::string name; words >> name;) names.push_back(name);
    for (const std::string panel : panel_names) names.push_back("panel." + panel);
    std::sort(names.begin(), names.end());
    return names;
  }();
  return all;
}

void check_control(std::string_view name) {
  const std::string_view whole = name;
  if (name.starts_with("a.") || name.starts_with("b.")) name.remove_prefix(2);
  const std::vector<std::string>& all = control_names();
  if (std::any_of(all.begin(), all.end(), [&](const std::string& known) { return stands_for(known, name); })) return;
  throw InputError(fmt::format("{}: there is no such control (did you mean {}? chapter 12 of the book lists them all)",
                               whole, nearest_name(name, all)));
}

}  // namespace tinymor
