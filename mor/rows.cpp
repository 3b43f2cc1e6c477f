#include "mor/rows.h"

#include "tensor/error.h"

namespace tinymor {

Rows Rows::batch(int64_t sequences, int64_t length, int64_t first) {
  Rows rows;
  std::vector<int32_t> positions;
  for (int64_t s = 0; s < sequences; ++s) {
    for (int64_t t = 0; t < length; ++t) positions.push_back(int32_t(first + t));
    rows.offsets.push_back(int64_t(positions.size()));
    rows.lengths.push_back(first + length);
  }
  rows.positions = IntTensor({int64_t(positions.size())}, positions);
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
