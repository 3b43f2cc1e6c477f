// What is there is whole, begun, or broken.
#include <algorithm>

#include "exercises.h"

namespace tinymor {

namespace {

size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

}  // namespace

std::string take_characters(std::string& waiting, const std::string& bytes) {
  waiting += bytes;
  std::string whole;
  while (!waiting.empty()) {
    const size_t length = length_of(static_cast<unsigned char>(waiting[0]));
    size_t there = 1;
    while (there < std::min(length, waiting.size()) && (waiting[there] & 0xC0) == 0x80) ++there;
    if (there < length && there == waiting.size()) break;  // its beginning
    whole += there == length ? waiting.substr(0, length) : "\xEF\xBF\xBD";
    waiting.erase(0, there);
  }
  return whole;
}

}  // namespace tinymor
