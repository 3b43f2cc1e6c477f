#include "datasets/text_stream.h"

#include <utility>

#include "datasets/utf8.h"

namespace tinymor {

std::string TextStream::add(int32_t id) {
  bytes_ += tokenizer_.decode({&id, 1});
  return take_utf8(bytes_);
}

std::string TextStream::rest() {
  return as_utf8(std::exchange(bytes_, ""));
}

}  // namespace tinymor
