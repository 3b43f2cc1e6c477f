#pragma once
// Byte-pair encoding (Sennrich et al. 2016): two tokens side by side become one, and of all pairs in a text the one
// that was learned first is merged first.

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace tinymor {

class BytePairs {
 public:
  /// `left` and `right` become `merged`. Each pair comes after those added before it; one that is there already moves.
  void add(int32_t left, int32_t right, int32_t merged);
  /// Appends to `out` what becomes of `ids`. Of several places for one pair the first is merged first.
  void merge(std::span<const int32_t> ids, std::vector<int32_t>& out) const;

 private:
  struct Rule {
    int32_t rank, merged;
  };
  const Rule* find(int32_t left, int32_t right) const;
  bool is_part(int32_t id) const { return size_t(id) < part_.size() && part_[size_t(id)]; }
  void merge_run(std::span<const int32_t> run, std::vector<int32_t>& out) const;

  std::unordered_map<uint64_t, Rule> rules_;  // by both ids of the pair
  std::vector<bool> part_;                    // whether an id is one of any pair
  int32_t added_ = 0;
};

}  // namespace tinymor
