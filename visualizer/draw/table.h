#pragma once
// What a panel shows as rows and columns, for spreadsheets and scripts.

#include <string>
#include <vector>

namespace tinymor {

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< As many cells each as there are columns; empty: not known.
};

/// A number as precisely as it is known; nothing when it is not finite.
std::string cell(double value);
inline std::string cell(int value) {
  return std::to_string(value);
}

/// Comma-separated values as RFC 4180 has them, with a line of names first.
std::string csv(const Table& table);

}  // namespace tinymor
