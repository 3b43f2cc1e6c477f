#include "visualizer/draw/table.h"

#include <fmt/format.h>

#include <cmath>

namespace tinymor {
namespace {

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string out = "\"";
  for (char c : cell) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string line(const std::vector<std::string>& cells) {
  std::string out;
  for (size_t i = 0; i < cells.size(); ++i) out += (i > 0 ? "," : "") + quoted(cells[i]);
  return out + "\r\n";
}

}  // namespace

std::string cell(double value) {
  return std::isfinite(value) ? fmt::format("{:.7g}", value) : "";
}

std::string csv(const Table& table) {
  std::string out = line(table.columns);
  for (const auto& row : table.rows) out += line(row);
  return out;
}

}  // namespace tinymor
