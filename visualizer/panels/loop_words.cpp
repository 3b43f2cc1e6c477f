#include "visualizer/panels/loop_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "datasets/pieces.h"

namespace tinymor {

std::string machine_words(const Geometry& geometry) {
  const LoopMachine machine = machine_of(geometry);
  const auto layers = [](int count) { return count == 1 ? "1 layer" : fmt::format("{} layers", count); };
  if (!machine.loops()) {
    const int own = int(machine.boxes.size()), all = geometry.layer_count();
    return own == all ? fmt::format("{} in a line, each with weights of its own", layers(all))
                      : fmt::format("{} in a line, with the weights of {}", layers(all), layers(own));
  }
  const MachineBox& block = machine.boxes[size_t(machine.block)];
  if (machine.stages)
    return fmt::format("up to {} stages of {}, each with weights of its own", block.times, layers(block.layers));
  return fmt::format("{}a shared block of {}, {} {} times{}", machine.block > 0 ? "first layer, then " : "",
                     layers(block.layers), machine.gate ? "up to" : "always", block.times,
                     size_t(machine.block) + 1 < machine.boxes.size() ? ", then last layer" : "");
}

namespace {

std::string tokens_text(const LoopPicture& p, int count) {
  return fmt::format("{} {}", count, count == 1 ? unit_name(p.of_image) : unit_names(p.of_image));
}

/// " “tree” is forced." where the depth of one token is.
std::string forced_text(const LoopPicture& p) {
  if (p.forced < 0) return "";
  return p.of_image ? fmt::format(" Patch {} is forced.", token_number(p.forced))
                    : fmt::format(" {} is forced.", in_quotes(p.text.pieces[size_t(p.forced)]));
}

std::string judge_text(const LoopPicture& p, int pass) {
  int judged = 0, go_on = 0, passing = 0;
  for (int t = p.story.from(); t < p.story.to(); ++t) {
    const TokenPlace now = p.story.standing(p.text, t, p.event);
    judged += now.place == Place::gate;
    go_on += now.place == Place::gate && now.goes_on;
    passing += now.place == Place::gate && now.goes_on && t != p.forced;
  }
  const char* again = pass == 1 ? "go in" : p.story.machine().stages ? "go on" : "go round again";
  const std::string rest = go_on == 0 ? "All leave." : go_on == judged ? "" : "The others leave.";
  if (p.text.routing == Routing::token_choice)
    return fmt::format("The gate: {} of {} chose {} passes or more when they came in. {}", go_on, judged, pass, rest);
  const RecursionRow& row = p.text.rows[size_t(pass) - 1];
  if (p.forced == every_token)
    return fmt::format("The gate: every depth is forced, no score decides. {} of {} {}.", go_on, judged, again);
  if (p.of_image)
    return fmt::format("The gate: the best {} of {} {}. {}{}", go_on, judged, again, rest, forced_text(p));
  if (p.training)
    return fmt::format("The gate: the best {} of the whole text's {} {}, here {} of {}: it looks ahead.", row.computed,
                       row.candidates, again, go_on, judged);
  return fmt::format("The gate: {} of {} score {:.2f} or more and {}. {}{}", passing, judged, p.bar, again, rest,
                     forced_text(p));
}

/// How many of the guesses that can be checked are right.
std::string guess_text(const LoopPicture& p) {
  int right = 0, known = 0;
  for (int t = p.story.from(); t < p.story.to() && t + 1 < p.text.size(); ++t) {
    if (size_t(t) >= p.guesses.size()) break;
    right += p.guesses[size_t(t)] == p.text.ids[size_t(t) + 1];
    ++known;
  }
  const std::string out = "Below each token is its guess for the next one";
  return known == 0 ? out + "." : fmt::format("{}. Green is right: {} of {}.", out, right, known);
}

std::string run_text(const LoopPicture& p, const LoopEvent& now) {
  const LoopMachine& machine = p.story.machine();
  const MachineBox& box = machine.boxes[size_t(now.box)];
  const std::string all = tokens_text(p, p.story.tokens());
  const int inside = p.story.inside(p.text, p.event);
  if (!machine.loops() && box.times > 1)
    return fmt::format("Layer {}: use {} of {} of the same weights.", now.layers_done, now.pass, box.times);
  if (!machine.loops()) return fmt::format("Layer {}: all {}. Its weights are its own.", now.layers_done, all);
  if (now.box != machine.block)
    return now.box < machine.block ? fmt::format("All {} go through the first layer.", all)
                                   : fmt::format("All {} go through the last layer{}.", all,
                                                 machine.gate ? ", also those that left early" : "");
  if (inside == p.story.tokens() && machine.stages)
    return fmt::format("Stage {}: all {} go through its layers, whose weights no other stage has.", now.pass, all);
  if (inside == p.story.tokens())
    return now.pass == 1 ? fmt::format("Pass 1: all {} enter the shared block.", all)
                         : fmt::format("Pass {}: all {} once more, by the same weights.", now.pass, all);
  return fmt::format("{} {}: {} of {} are inside. The others skip it.", machine.stages ? "Stage" : "Pass", now.pass,
                     inside, all);
}

}  // namespace

std::string event_text(const LoopPicture& p) {
  const LoopEvent& now = p.story.event(p.event);
  switch (now.kind) {
    case LoopEvent::wait:
      return p.of_image
                 ? fmt::format("The model looks at a digit in {}. One more token collects the answer.",
                               tokens_text(p, p.story.tokens()))
                 : fmt::format("The model guesses what follows each word. {} wait.", tokens_text(p, p.story.tokens()));
    case LoopEvent::judge:
      return judge_text(p, now.pass);
    case LoopEvent::run:
      return run_text(p, now);
    case LoopEvent::guess:
      break;
  }
  return p.of_image ? "The model names what it sees." : guess_text(p);
}

namespace {

std::string why_run(const LoopPicture& p, const LoopEvent& now, const char* thing) {
  const LoopMachine& machine = p.story.machine();
  if (!machine.loops())
    return machine.boxes[size_t(now.box)].times > 1
               ? "Weights that are used again make the model smaller, not faster."
               : fmt::format("An easy {} costs as many layers here as a hard one.", thing);
  if (now.box < machine.block)
    return fmt::format("Layers with weights of their own prepare each {} for the loop.", thing);
  if (now.box > machine.block && !machine.gate)
    return fmt::format("It turns the state of each {} into a guess.", thing);
  if (now.box > machine.block)
    return fmt::format("It reads the newest state of each {}, however many passes made it.", thing);
  if (p.story.inside(p.text, p.event) < p.story.tokens())
    return fmt::format("Each gap is a {} that need not be computed.", machine.stages ? "stage" : "pass");
  if (machine.stages) return "As in a usual model, but what follows may be left out.";
  return "One block, used again and again: few weights, and still many layers one after another.";
}

}  // namespace

std::string why_text(const LoopPicture& p) {
  const LoopEvent& now = p.story.event(p.event);
  const LoopMachine& machine = p.story.machine();
  const char* thing = p.of_image ? "patch" : "word";
  if (now.kind == LoopEvent::run) return why_run(p, now, thing);
  if (now.kind == LoopEvent::judge && p.text.routing == Routing::token_choice)
    return fmt::format("The router, a tiny network, chose a number of passes for each {} at once.", thing);
  if (now.kind == LoopEvent::judge && p.training)
    return p.of_image
               ? "The router, a tiny network, gives each patch a score from 0 to 1. It learns that with the rest."
               : "Training can look ahead like this. Writing cannot: there a bar decides.";
  if (now.kind == LoopEvent::judge)
    return "The router, a tiny network, gives each word a score from 0 to 1. It learns that with the rest.";
  if (now.kind == LoopEvent::guess && !machine.gate)
    return fmt::format("Every {} cost the same. A gate could let some leave early.", thing);
  if (now.kind == LoopEvent::guess)
    return p.of_image ? "The colour of a patch's frame shows how many passes it took."
                      : fmt::format("Each stack shows how many passes its word took: {} in all instead of {}.",
                                    p.story.work(p.text, p.event), p.story.most_work());
  if (machine.stages)
    return fmt::format("A usual model spends all its layers on every {}. This one may stop after each stage.", thing);
  if (machine.gate)
    return fmt::format("A usual model spends all its layers on every {}. This one decides for each: Space shows how.",
                       thing);
  return machine.loops() ? fmt::format("Every {} passes the same block again and again: few weights, no choice.", thing)
                         : fmt::format("The usual model: a line of layers, and every {} passes all of them.", thing);
}

std::string work_text(const LoopPicture& p) {
  const int work = p.story.work(p.text, p.event), most = p.story.most_work();
  if (!p.story.machine().loops())
    return fmt::format("{} of {} layers times {}: none can leave early", work, most, unit_names(p.of_image));
  return fmt::format("{} of {} passes through {}", work, most, p.story.machine().stages ? "a stage" : "the block");
}

std::string layers_text(const Source& source, const LoopPicture& p) {
  const int all = source.geometry().layer_count();
  if (all == 0 || p.story.tokens() == 0 || !p.story.machine().gate) return "";
  const double depth = double(p.story.work(p.text, p.story.events() - 1)) / p.story.tokens();
  return fmt::format(" \u00b7 layers per {} in the end: {:.1f}, without a gate {}", unit_name(p.of_image),
                     layers_at(source.geometry(), depth), all);
}

std::vector<int32_t> guesses_of(const Trace& trace, int tokens) {
  const size_t each = tokens > 0 ? trace.likely.size() / size_t(tokens) : 0;
  std::vector<int32_t> out;
  for (size_t t = 0; each > 0 && t < size_t(tokens); ++t) out.push_back(trace.likely[t * each].id);
  return out;
}

int told_token(const TextView& text) {
  const auto [from, to] = first_sentence(text);
  const auto rank = [&](int t) {
    const std::string& piece = text.pieces[size_t(t)];
    const bool word = std::any_of(piece.begin(), piece.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
    return std::pair(word, text.depth[size_t(t)]);
  };
  int best = from;
  for (int t = from + 1; t < to; ++t)
    if (rank(t) > rank(best)) best = t;
  return best;
}

std::vector<std::shared_ptr<const Image>> patch_images(const ImageSnapshot& images, int image) {
  const SeenImage& seen = images.images[size_t(image)];
  const int tall = images.height / images.rows, wide = images.width / images.columns;
  std::vector<std::shared_ptr<const Image>> out;
  for (int p = 0; p < images.rows * images.columns; ++p) {
    Picture picture{wide, tall, std::vector<uint8_t>(size_t(wide) * size_t(tall) * 4)};
    for (int y = 0; y < tall; ++y)
      for (int x = 0; x < wide; ++x) {
        const int row = p / images.columns * tall + y, column = p % images.columns * wide + x;
        const auto paper = uint8_t(255 - seen.pixels[size_t(row * images.width + column)]);
        set_pixel(picture, x, y, {paper, paper, paper});
      }
    out.push_back(std::make_shared<const Image>(std::move(picture)));
  }
  return out;
}

}  // namespace tinymor
