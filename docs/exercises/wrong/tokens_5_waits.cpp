// Waits for ever for the rest of a character that does not come.
// It is told: "<0x82>": should show "U+FFFD", you gave ""
#define take_characters tokens_5_waits
#include "../checks/tokens_5_stream.cpp"

namespace tinymor {

std::string take_characters(std::string& waiting, const std::string& bytes) {
  waiting += bytes;
  std::string whole;
  while (!waiting.empty()) {
    const auto first = static_cast<unsigned char>(waiting[0]);
    const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (waiting.size() < length) break;
    whole += waiting.substr(0, length);
    waiting.erase(0, length);
  }
  return whole;
}

}  // namespace tinymor
