#include "mor/rows.h"

#include "tensor/error.h"

namespace tinymor {

Rows Rows::batch(int64_t sequences, int64_t length, int64_t first) {
  return last(std::vector(size_t(sequences), length), std::vector(size_t(sequences), first + length));
}

Rows Rows::last(const std::vector<int64_t>& counts, const std::vector<int64_t>& lengths) {
  Rows rows;
  std::vector<int32_t> positions;
  for (size_t s = 0; s < counts.size(); ++s) {
    for (int64_t t = lengths[s] - counts[s]; t < lengths[s]; ++t) positions.push_back(int32_t(t));
    rows.offsets.push_back(int64_t(positions.size()));
  }
  rows.lengths = lengths;
  rows.positions = IntTensor({int64_t(positions.size())}, positions);
  return rows;
}

Rows Rows::followed_by(const Rows& more) const {
  Rows rows = *this;
  for (int64_t s = 0; s < more.sequences(); ++s) {
    rows.offsets.push_back(count() + more.offsets[s + 1]);
    rows.lengths.push_back(more.lengths[s]);
  }
  std::vector<int32_t> all = positions.to_vector();
  const auto added = more.positions.values();
  all.insert(all.end(), added.begin(), added.end());
  rows.positions = IntTensor({int64_t(all.size())}, all);
  return rows;
}

Rows Rows::select(const IntTensor& index) const {
  Rows picked;
  picked.lengths = lengths;
  std::vector<int32_t> places;
  int64_t s = 0, last = -1;
  for (int32_t row : index.values()) {
    check(row > last && row < count(), "[rows] index {} after {} does not ascend below {}", row, last, count());
    last = row;
    for (; row >= offsets[s + 1]; ++s) picked.offsets.push_back(int64_t(places.size()));
    places.push_back(positions.data()[row]);
  }
  for (; s < sequences(); ++s) picked.offsets.push_back(int64_t(places.size()));
  picked.positions = IntTensor({int64_t(places.size())}, places);
  return picked;
}

}  // namespace tinymor
