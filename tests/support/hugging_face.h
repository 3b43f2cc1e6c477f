#pragma once
// Folders that transformers wrote, and what it made of them: tests/support/hugging_face/make_models.py.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tensor/files.h"

namespace tinymor {

/// A folder with a model, a tokenizer and expected.json.
inline std::filesystem::path hugging_face_folder(const std::string& name) {
  return std::filesystem::path(TINYMOR_TEST_DATA) / "support/hugging_face" / name;
}

inline const std::vector<std::string>& hugging_face_names() {
  static const std::vector<std::string> names{"gpt2_tokens",     "llama3_tokens",     "smol_tokens",
                                              "prefixed_tokens", "llama2_tokens",     "metaspace_tokens",
                                              "sentencepiece",   "bfloat16_with_head"};
  return names;
}

inline nlohmann::json expected_of(const std::string& name) {
  return nlohmann::json::parse(read_file(hugging_face_folder(name) / "expected.json"));
}

}  // namespace tinymor
