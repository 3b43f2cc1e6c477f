#pragma once
// The tokens of a text, which is cut into them part by part. Those of a large text are kept in a file, so that they are
// made once, and are mapped, so that they take no memory of their own.
//
// A file of the cache, whose name is its key, is little-endian:
//
// - 8 bytes "tinymorT", 4 of the version, 4 of the width of an id (1, 2 or 4), 8 of the key: what the tokens depend on
// - the ids, filled up with zeros to a multiple of 8 bytes
// - 8 bytes for each document: the token that it begins with
// - 8 bytes each: how many ids, how many documents, and the fingerprint of everything before
//
// A file that is not exactly that is made again.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/corpus.h"
#include "datasets/tokenizer.h"
#include "datasets/tokens.h"

namespace tinymor {

/// tinymor below $XDG_CACHE_HOME or ~/.cache; empty without either.
std::filesystem::path token_cache_folder();

/// Hears how many bytes of how many have been cut, every few megabytes and at the end.
using HearProgress = std::function<void(int64_t done, int64_t all)>;

struct TokenCache {
  std::filesystem::path folder = token_cache_folder();
  int64_t least_bytes = 16 << 20;  ///< Of smaller texts nothing is kept.
  HearProgress progress = {};      ///< Of such a text while it is cut.
};

struct TokenizedText {
  Tokens ids;
  std::vector<uint64_t> counts;    ///< [V] how often each id occurs
  std::vector<std::string> notes;  ///< What people should know of the cache, a line each.
};

/// Cuts a text into tokens, or takes them from the cache. `separate`: every document is cut by itself, and the tokens
/// know where each begins. Where the cache cannot be written, the tokens are in memory, and a note says why. A file
/// that no run has asked for in 30 days is removed when another is written. Throws InputError as Corpus::read and
/// encode do.
TokenizedText tokenize(const Corpus& corpus, const Tokenizer& tokenizer, bool separate = false,
                       const TokenCache& cache = {});

/// The contents of a file of the cache, as they are in memory.
struct TokenImage {
  const void* ids = nullptr;
  int64_t size = 0;
  int width = 0;
  std::span<const uint64_t> starts;
  std::vector<uint64_t> counts;
};
/// Reads `bytes`, aligned to 8 bytes. Throws InputError, beginning with `name`, unless they are a whole file of that
/// key with ids below `vocab_size`. `done` hears, a part at a time, what is not needed for now.
TokenImage read_token_image(std::string_view bytes, const std::string& name, uint64_t key, int64_t vocab_size,
                            const std::function<void(std::string_view)>& done = {});

}  // namespace tinymor
