#include "readers/readers.h"

#include <filesystem>

#include "support/catch.h"
#include "tensor/files.h"
#include "tensor/random.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> corpus_of(const Reader& reader) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(TINYMOR_TEST_DATA) / "readers/corpus" / reader.name))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// `bytes` with some of them changed, cut off, left out or there twice.
std::string damaged(std::string bytes, Random& random) {
  const auto below = [&](size_t n) { return size_t(random.below(int64_t(n))); };
  const int64_t kind = random.below(6);
  if (bytes.empty()) return "x";
  if (kind == 0) bytes.resize(below(bytes.size()));
  if (kind == 1) bytes.erase(below(bytes.size()), 1 + below(20));
  if (kind == 2) bytes.insert(below(bytes.size()), bytes.substr(below(bytes.size()), below(40)));
  for (size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    char& byte = bytes[below(bytes.size())];
    byte = kind == 3 ? "0123456789\"[]{},:-.nul\n"[below(24)] : char(byte ^ 1 << below(8));
  }
  return bytes;
}

}  // namespace

TEST_CASE("every file of the corpus is read or refused, and every reader takes one") {
  for (const Reader& reader : readers()) {
    int taken = 0;
    for (const fs::path& file : corpus_of(reader)) {
      INFO(file);
      bool one = false;
      CHECK_NOTHROW(one = takes(reader, read_file(file)));
      taken += one;
    }
    INFO(reader.name);
    CHECK(taken > 0);
  }
}

TEST_CASE("damaged copies of the corpus are read or refused, never worse") {
  Random random(1);
  for (const Reader& reader : readers()) {
    const std::vector<fs::path> files = corpus_of(reader);
    for (int round = 0; round < 300; ++round) {
      const fs::path& file = files[size_t(round) % files.size()];
      INFO(file << ", round " << round);
      CHECK_NOTHROW(takes(reader, damaged(read_file(file), random)));
    }
  }
}
