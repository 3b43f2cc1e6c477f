#pragma once
// Named tensors in one file, in the format of the safetensors libraries: 8 bytes header length, a JSON header with
// the type, shape and place of each tensor, then the numbers, little endian. Written as F32, also where Real is double;
// F32, F16 and BF16 are read. The format: https://github.com/huggingface/safetensors#format

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tensor/number.h"
#include "tensor/tensor.h"

namespace tinymor {

struct SafetensorsFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;  ///< The header's "__metadata__": UTF-8 texts.

  /// metadata[key]; empty when there is none.
  std::string text(const std::string& key) const {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
  }
  /// metadata[key] as a number; nothing when it is not one, or not there.
  template <class Number>
  std::optional<Number> number(const std::string& key) const {
    return parse_number<Number>(text(key));
  }
};

/// The bytes of the file. The same contents give the same bytes. Throws Error for text that is not UTF-8.
std::string write_safetensors(const SafetensorsFile& file);

/// Replaces the file at `path` by the same bytes as AtomicFile does, without holding all of them at once.
void save_safetensors(const std::filesystem::path& path, const SafetensorsFile& file);

/// Reads bytes that may be hostile: anything that the format does not allow throws InputError, naming `name`.
SafetensorsFile parse_safetensors(std::string_view bytes, const std::string& name);

/// The same for a file. Throws InputError also when it is missing or larger than `max_bytes`.
SafetensorsFile read_safetensors(const std::filesystem::path& file, uint64_t max_bytes = uint64_t(4) << 30);

}  // namespace tinymor
