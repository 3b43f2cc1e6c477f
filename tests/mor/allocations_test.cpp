// What writing a token asks of the heap: nothing in any layer. The numbers are in memory that is kept
// (tensor/memory.h); this counts everything else.

#include <atomic>
#include <cstdlib>
#include <new>

#include "mor/generate.h"
#include "support/catch.h"
#include "support/tiny_models.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {
std::atomic<int64_t> allocations{0};
}

void* operator new(size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

using namespace tinymor;

namespace {

/// Allocations for one token of a vanilla model with so many layers.
int64_t for_a_token(int64_t layers, WeightFormat format) {
  ModelConfig config = tiny_config(Sharing::none, Routing::none);
  config.n_layers = layers;
  Model model(config, 1);
  model.pack(format);
  Generator generator(model, {.temperature = 0});
  generator.prompt(random_tokens(20, config.vocab_size, 1));
  for (int i = 0; i < 3; ++i) generator.next();  // what is kept from call to call is made here
  const int64_t before = allocations;
  generator.next();
  return allocations - before;
}

}  // namespace

TEST_CASE("writing a token allocates a few lists of rows, and nothing in its layers") {
  for (WeightFormat format : {WeightFormat::f32, WeightFormat::int8, WeightFormat::int4}) {
    const int64_t few = for_a_token(2, format);
    CHECK(few > 0);
    CHECK(few <= 20);
    CHECK(for_a_token(8, format) == few);
  }
}

#endif
