#include "visualizer/views/loop_story.h"

#include <algorithm>

#include "datasets/pieces.h"

namespace tinymor {
namespace {

/// Whether a router may keep tokens out of a row, or did.
bool is_decided(const RecursionRow& row) {
  const auto is_skipped = [](const Cell& cell) { return cell.state == CellState::skipped; };
  return row.capacity < 1 || std::any_of(row.cells.begin(), row.cells.end(), is_skipped);
}

bool ends_sentence(const std::string& piece) {
  if (is_newline(piece)) return true;
  const size_t last = piece.find_last_not_of(" \"'");
  return last != std::string::npos && std::string_view(".!?").find(piece[last]) != std::string_view::npos;
}

/// A quotation mark that closes the sentence before it.
bool belongs_to_end(const std::string& piece) {
  return piece == "\"" || piece == "'";
}

int sentence_end(const TextView& text, int first) {
  int end = first;
  while (end < text.size() && !ends_sentence(text.pieces[size_t(end)])) ++end;
  end += end < text.size();
  end += end < text.size() && belongs_to_end(text.pieces[size_t(end)]);
  return end;
}

}  // namespace

LoopMachine machine_of(const Geometry& geometry) {
  const LayerMap& map = geometry.layers;
  LoopMachine machine;
  if (geometry.recursions > 1) {
    const auto outside = [&](int64_t layer, int64_t count) {
      if (count > 0) machine.boxes.push_back({int(map.weights[size_t(layer)]), int(count), 1});
    };
    outside(0, map.prelude);
    machine.block = int(machine.boxes.size());
    machine.boxes.push_back({int(map.prelude), int(map.block), geometry.recursions});
    outside(map.layer(map.recursions, 0), map.coda);
    machine.gate = geometry.routing != Routing::none;
    machine.stages = geometry.stages();
    return machine;
  }
  for (const int64_t set : map.weights) {
    if (machine.boxes.empty() || machine.boxes.back().first_set != set)
      machine.boxes.push_back({int(set), 1, 1});
    else
      ++machine.boxes.back().times;
  }
  return machine;
}

LoopStory::LoopStory(const TextView& text, const Geometry& geometry, int from, int to)
    : machine_(machine_of(geometry)), from_(std::clamp(from, 0, text.size())), to_(std::clamp(to, from_, text.size())) {
  const int deepest = tokens() > 0 ? *std::max_element(text.depth.begin() + from_, text.depth.begin() + to_) : 0;
  int done = 0;
  for (int box = 0; box < int(machine_.boxes.size()); ++box)
    for (int pass = 1; pass <= machine_.boxes[size_t(box)].times; ++pass) {
      const bool judged =
          box == machine_.block && machine_.gate && size_t(pass) <= text.rows.size() && pass <= deepest + 1;
      if (judged && is_decided(text.rows[size_t(pass) - 1])) events_.push_back({LoopEvent::judge, box, pass, done});
      done += machine_.boxes[size_t(box)].layers;
      const bool empty = box == machine_.block && machine_.gate && pass > deepest;
      if (!empty) events_.push_back({LoopEvent::run, box, pass, done});
    }
  events_.push_back({LoopEvent::guess, -1, 0, done});
}

const LoopEvent& LoopStory::event(int number) const {
  return events_[size_t(std::clamp(number, 0, events() - 1))];
}

TokenPlace LoopStory::standing(const TextView& text, int token, int number) const {
  const LoopEvent& now = event(number);
  const int depth = machine_.loops() ? text.depth[size_t(token)] : 0;
  switch (now.kind) {
    case LoopEvent::wait:
      return {};
    case LoopEvent::guess:
      return {Place::done, depth};
    case LoopEvent::judge: {
      const bool candidate = depth >= now.pass - 1;
      return {candidate ? Place::gate : Place::exit, std::min(depth, now.pass - 1), depth >= now.pass};
    }
    case LoopEvent::run:
      break;
  }
  if (now.box == machine_.block) return {depth >= now.pass ? Place::box : Place::exit, std::min(depth, now.pass)};
  return {Place::box, machine_.loops() && now.box > machine_.block ? depth : 0};
}

int LoopStory::inside(const TextView& text, int number) const {
  int count = 0;
  for (int t = from_; t < to_; ++t) count += standing(text, t, number).place == Place::box;
  return count;
}

int LoopStory::work(const TextView& text, int number) const {
  if (!machine_.loops()) return event(number).layers_done * tokens();
  int passes = 0;
  for (int t = from_; t < to_; ++t) passes += standing(text, t, number).passes;
  return passes;
}

int LoopStory::most_work() const {
  if (!machine_.loops()) return events_.back().layers_done * tokens();
  return machine_.boxes[size_t(machine_.block)].times * tokens();
}

double LoopStory::stored(const CacheRow& row, int number) const {
  const int done = event(number).layers_done;
  const auto count = std::count_if(row.layers.begin(), row.layers.end(), [&](int64_t layer) { return layer < done; });
  return row.layers.empty() ? 0 : double(count) / double(row.layers.size());
}

std::pair<int, int> sentence_around(const TextView& text, int token) {
  std::pair<int, int> sentence;
  do {
    sentence = {sentence.second, sentence_end(text, sentence.second)};
  } while (sentence.second <= token && sentence.second < text.size());
  auto [first, end] = sentence;
  if (end - first > longest_sentence) {
    first = std::clamp(token - longest_sentence / 2, first, end - longest_sentence);
    end = first + longest_sentence;
  }
  return {first, end};
}

std::pair<int, int> first_sentence(const TextView& text) {
  constexpr int long_enough = 8;
  for (int first = 0, end = 0; first < text.size(); first = end) {
    end = sentence_end(text, first);
    if (end - first >= long_enough && end - first <= longest_sentence) return {first, end};
  }
  return sentence_around(text, 0);
}

}  // namespace tinymor
