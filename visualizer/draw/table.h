#pragma once
// What a panel shows as rows and columns, for spreadsheets and scripts.

#include <concepts>
#include <string>
#include <vector>

namespace tinymor {

/// A number as precisely as it is known; empty when it is not finite.
std::string cell(double value);
std::string cell(std::integral auto value) {
  return std::to_string(value);
}
inline std::string cell(std::string text) {
  return text;
}

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows = {};  ///< As many cells as columns in each; an empty cell: not known.

  /// One more row.
  template <class... Cells>
  void add(const Cells&... cells) {
    rows.push_back({cell(cells)...});
  }
};

/// Comma-separated values as RFC 4180 has them, with a line of names first.
std::string csv(const Table& table);

}  // namespace tinymor
