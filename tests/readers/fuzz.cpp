// libFuzzer's driver: fuzz --reader=NAME FOLDER... looks for bytes that one of readers() does not bear.

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "readers/readers.h"
#include "tensor/threads.h"

namespace {

const tinymor::Reader* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  tinymor::set_thread_count(1);
  constexpr std::string_view option = "--reader=";
  for (int i = 1; i < *argc; ++i)
    for (const tinymor::Reader& reader : tinymor::readers())
      if ((*argv)[i] == std::string(option) + reader.name) chosen = &reader;
  if (chosen) return 0;
  for (const tinymor::Reader& reader : tinymor::readers()) fmt::print("{}\n", reader.name);
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tinymor::takes(*chosen, std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
