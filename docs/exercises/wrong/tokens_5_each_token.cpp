// Takes each token by itself, as if no character were ever split.
// It is told: should show "caf", you gave "caf<0xC3>"
#define take_characters tokens_5_each_token
#include "../checks/tokens_5_stream.cpp"

namespace tinymor {

std::string take_characters(std::string& waiting, const std::string& bytes) {
  waiting.clear();
  return bytes;
}

}  // namespace tinymor
