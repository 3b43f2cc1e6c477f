#pragma once
// Every reader of what comes from outside, as a function of bytes. One list, two drivers: readers_test.cpp plays the
// files in corpus/ and damaged copies of them; fuzz.cpp lets libFuzzer look for bytes that lead further.

#include <string>
#include <vector>

namespace tinymor {

struct Reader {
  const char* name;                        ///< Also that of its folder in corpus/.
  void (*read)(const std::string& bytes);  ///< Throws InputError for what it refuses.
};

const std::vector<Reader>& readers();

/// Whether `reader` takes `bytes`; false when it refuses them. Whatever else it throws goes on to the caller.
bool takes(const Reader& reader, const std::string& bytes);

}  // namespace tinymor
