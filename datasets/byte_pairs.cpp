#include "datasets/byte_pairs.h"

#include <algorithm>
#include <queue>
#include <tuple>

namespace tinymor {
namespace {

uint64_t key(int32_t left, int32_t right) {
  return uint64_t(uint32_t(left)) << 32 | uint32_t(right);
}

/// A token in a list that shrinks. The id of one that was merged into the token before it is -1.
struct Symbol {
  int32_t id, before, after;
};

/// A pair that may be merged: the symbol at `at` and the one after it.
struct Candidate {
  int32_t rank, at, merged;
  bool operator>(const Candidate& other) const { return std::tie(rank, at) > std::tie(other.rank, other.at); }
};

}  // namespace

void BytePairs::add(int32_t left, int32_t right, int32_t merged) {
  rules_[key(left, right)] = {added_++, merged};
  const auto needed = size_t(std::max(left, right)) + 1;
  if (part_.size() < needed) part_.resize(needed);
  part_[size_t(left)] = part_[size_t(right)] = true;
}

const BytePairs::Rule* BytePairs::find(int32_t left, int32_t right) const {
  const auto found = rules_.find(key(left, right));
  return found == rules_.end() ? nullptr : &found->second;
}

// Nothing merges across an id that is in no pair: a long text falls into short runs.
void BytePairs::merge(std::span<const int32_t> ids, std::vector<int32_t>& out) const {
  for (size_t begin = 0; begin < ids.size();) {
    size_t end = begin;
    while (end < ids.size() && is_part(ids[end])) ++end;
    merge_run(ids.subspan(begin, end - begin), out);
    if (end < ids.size()) out.push_back(ids[end++]);
    begin = end;
  }
}

// A queue of what could be merged, the best first. A candidate whose symbols were merged with others since then has
// lost its pair and is dropped when its turn comes.
void BytePairs::merge_run(std::span<const int32_t> run, std::vector<int32_t>& out) const {
  const auto count = int32_t(run.size());
  std::vector<Symbol> symbols;
  symbols.reserve(run.size());
  for (int32_t i = 0; i < count; ++i) symbols.push_back({run[size_t(i)], i - 1, i + 1 < count ? i + 1 : -1});
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  const auto rule_at = [&](int32_t at) -> const Rule* {
    const Symbol& left = symbols[size_t(at)];
    return left.id < 0 || left.after < 0 ? nullptr : find(left.id, symbols[size_t(left.after)].id);
  };
  const auto consider = [&](int32_t at) {
    if (at < 0) return;
    if (const Rule* rule = rule_at(at)) queue.push({rule->rank, at, rule->merged});
  };
  for (int32_t at = 0; at < count; ++at) consider(at);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    const Rule* rule = rule_at(best.at);
    if (!rule || rule->merged != best.merged) continue;
    Symbol& left = symbols[size_t(best.at)];
    Symbol& right = symbols[size_t(left.after)];
    left.id = best.merged;
    left.after = right.after;
    right.id = -1;
    if (left.after >= 0) symbols[size_t(left.after)].before = best.at;
    consider(left.before);
    consider(best.at);
  }
  for (const Symbol& symbol : symbols)
    if (symbol.id >= 0) out.push_back(symbol.id);
}

}  // namespace tinymor
