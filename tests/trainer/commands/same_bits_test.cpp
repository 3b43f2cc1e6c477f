// One seed, one model, to the bit, on every machine.

#include <fmt/format.h>

#include <cstring>

#include "support/catch.h"
#include "support/program.h"
#include "support/trained_run.h"
#include "tensor/files.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

/// The 64-bit FNV-1a hash.
uint64_t fnv1a(const std::string& bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

/// A safetensors file without its header, in which the configuration is.
std::string weights_in(const std::string& file) {
  uint64_t header = 0;
  std::memcpy(&header, file.data(), sizeof header);
  return file.substr(sizeof header + header);
}

}  // namespace

TEST_CASE("slow: fifty steps end in the same bytes for any number of threads and at every SIMD level with FMA") {
  const fs::path& folder = trained();
  const auto model_of = [&](const std::string& level, int threads) {
    const std::string name = fmt::format("bits-{}-{}", level, threads);
    fs::remove_all(folder / name);
    const Output output =
        tinymor_in(folder,
                   fmt::format("train --quiet --steps 50 --threads {} --out {}{}", threads, name,
                               kTinyModel + "--set model.d_model=96 --set model.d_ff=200 --set train.batch_size=8"),
                   level.empty() ? "" : "TINYMOR_SIMD=" + level);
    if (output.err.find("has no such level") != std::string::npos) return std::string();
    CHECK(output.status == 0);
    return read_file(folder / name / "model.safetensors");
  };
  const std::string one = model_of("", 1);
  CHECK(one == model_of("", 2));
  CHECK(one == model_of("", 3));
  std::string fused;
  for (const char* level : {"avx2", "avx512", "neon"}) {
    const std::string bytes = model_of(level, 2);
    if (bytes.empty()) continue;
    INFO(level);
    if (fused.empty()) fused = bytes;
    CHECK(bytes == fused);
  }
  // The same on every machine and from every compiler; a new number here means that every figure in print is out of
  // date.
  if (!fused.empty()) CHECK(fnv1a(weights_in(fused)) == 0x4b5cd3a98cddeb11);
}
