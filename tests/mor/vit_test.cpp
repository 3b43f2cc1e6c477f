#include "mor/vit.h"

#include <cmath>
#include <set>

#include "mor/checkpoint.h"
#include "mor/image_trace.h"
#include "mor/kv_cache.h"
#include "support/catch.h"
#include "support/gradient_check.h"
#include "support/temporary_folder.h"
#include "support/tiny_models.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"
#include "tensor/threads.h"

using namespace tinymor;

namespace {

/// Images of 6 x 6 pixels in 9 patches, four classes.
ImageConfig tiny_images(Routing routing = Routing::expert_choice) {
  ImageConfig config{tiny_config(Sharing::middle_cycle, routing), 6, 2, 4};
  config.resolve();
  return config;
}

Tensor some_patches(int64_t n, uint64_t seed = 5) {
  return random_tensor({n, 9, 4}, seed, 0, 1);
}

ImageModel opinionated(const ImageConfig& config) {
  ImageModel model(config, 1);
  give_opinions(model);
  return model;
}

/// Notes which rows of which image enter each recursion.
struct Depths : Probe {
  explicit Depths(int64_t rows, int64_t tokens) : depth(rows), tokens_per_image(tokens) {}
  void on_recursion(int64_t, const Rows&, const Tensor&, const Tensor&, const Rows& selected) override {
    for (int64_t s = 0; s < selected.sequences(); ++s)
      for (int64_t i = selected.offsets[s]; i < selected.offsets[s + 1]; ++i)
        ++depth[s * tokens_per_image + selected.positions.data()[i]];
  }
  std::vector<int32_t> depth;
  int64_t tokens_per_image;
};

/// Trains by plain gradient descent and gives the loss before each step.
std::vector<double> train(ImageModel& model, const Tensor& patches, const IntTensor& labels, int steps, double rate) {
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    const Loss loss = training_loss(model.config().model, model.forward(patches, {.step = step}), labels);
    losses.push_back(loss.lm);
    loss.total.backward();
    for (Variable* parameter : model.parameters())
      if (parameter->grad().defined())
        parameter->mutable_value().copy_from(parameter->value() - parameter->grad() * Real(rate));
    model.zero_grad();
  }
  return losses;
}

}  // namespace

TEST_CASE("the class token of every image takes every recursion, and patches do as capacity says") {
  const ImageModel model = opinionated(tiny_images());
  const ForwardResult result = model.forward(some_patches(7));
  CHECK(result.logits.shape() == Shape({7, 4}));
  REQUIRE(result.depth.size() == 70);
  for (int64_t i = 0; i < 7; ++i) {
    CHECK(result.depth[i * 10] == 3);
    // Of 10 tokens 10, 6 and 3 are taken.
    int64_t taken = 0;
    for (int64_t t = 0; t < 10; ++t) taken += result.depth[i * 10 + t];
    CHECK(taken == 19);
  }
  const std::set<int32_t> met(result.depth.begin(), result.depth.end());
  CHECK(met == std::set<int32_t>{1, 2, 3});
}

TEST_CASE("the class token takes every recursion under token choice, at random and with a smaller capacity too") {
  ImageConfig few = tiny_images(), random = few;
  few.model.router.capacity = {0.5, 0.2, 0.1};
  random.model.router.random = true;
  for (const ImageConfig& config : {few, random, tiny_images(Routing::token_choice)}) {
    const ForwardResult result = opinionated(config).forward(some_patches(5));
    for (int64_t i = 0; i < 5; ++i) CHECK(result.depth[i * 10] == 3);
  }
}

TEST_CASE("nothing is causal: the last patch moves the logits and what the first one becomes") {
  for (Routing routing : {Routing::none, Routing::expert_choice, Routing::token_choice}) {
    const ImageModel model = opinionated(tiny_images(routing));
    Tensor patches = some_patches(1), changed = patches.clone();
    for (int64_t j = 0; j < 4; ++j) changed.mutable_data()[8 * 4 + j] += 1;
    const Tensor before = model.forward(patches).logits.value(), after = model.forward(changed).logits.value();
    CHECK(norm(before - after, {0, 1}).item() > 1e-3);
  }
}

TEST_CASE("earlier tokens see later ones in the trunk that is not causal, and do not in the one that is") {
  const ModelConfig config = tiny_config(Sharing::cycle, Routing::none);
  for (bool causal : {false, true}) {
    Trunk trunk(config, causal);
    initialise(trunk, 3);
    const Tensor x = random_tensor({10, 16}, 4);
    Tensor changed = x.clone();
    for (int64_t j = 0; j < 16; ++j) changed.mutable_data()[9 * 16 + j] += 1;
    const auto second_state = [&](const Tensor& states) {
      return trunk.forward(states, IntTensor::zeros(Shape{10}), Rows::batch(1, 10), {}).states.value().slice(0, 1, 2);
    };
    CHECK((second_state(x).to_vector() == second_state(changed).to_vector()) == causal);
  }
}

TEST_CASE("an image is judged alike alone and among others") {
  const ImageModel model = opinionated(tiny_images());
  const Tensor all = some_patches(4);
  const Tensor together = model.forward(all).logits.value();
  for (int64_t i = 0; i < 4; ++i) {
    const Tensor alone = model.forward(all.slice(0, i, i + 1)).logits.value();
    CHECK(norm(alone - together.slice(0, i, i + 1), {0, 1}).item() < 1e-5);
  }
}

TEST_CASE("the probe gives the depth of every patch and changes no bit") {
  for (Routing routing : {Routing::none, Routing::expert_choice, Routing::token_choice}) {
    const ImageModel model = opinionated(tiny_images(routing));
    Depths probe(30, 10);
    const ForwardResult with = model.forward(some_patches(3), {.probe = &probe}),
                        without = model.forward(some_patches(3));
    CHECK(probe.depth == with.depth);
    CHECK(with.logits.value().to_vector() == without.logits.value().to_vector());
  }
}

TEST_CASE("a trace of images gives depths, the logits of whoever was asked, and the likeliest class") {
  for (Routing routing : {Routing::expert_choice, Routing::token_choice}) {
    const ImageModel model = opinionated(tiny_images(routing));
    const Tensor patches = some_patches(3);
    const ForwardResult result = model.forward(patches);
    const std::vector<ImageTrace> traces = trace(model, patches);
    REQUIRE(traces.size() == 3);
    for (int i = 0; i < 3; ++i) {
      const ImageTrace& t = traces[i];
      REQUIRE(t.depth.size() == 9);
      REQUIRE(t.logits.size() == size_t(9 * model.config().model.n_recursions));
      for (int p = 0; p < 9; ++p) {
        CHECK(t.depth[p] == result.depth[i * 10 + 1 + p]);
        for (int r = 0; r < model.config().model.n_recursions; ++r) {
          const bool asked = routing == Routing::token_choice || t.depth[p] >= r;
          CHECK(std::isfinite(t.logits[r * 9 + p]) == asked);
        }
      }
      CHECK(t.predicted == argmax(result.logits.value(), 1).data()[i]);
      CHECK(t.probability > 0.25f);
      CHECK(t.probability <= 1);
      REQUIRE(t.guesses.size() == size_t(model.config().model.n_recursions));
      for (size_t r = 0; r < t.guesses.size(); ++r) {
        const Tensor capped = model.forward(patches, {.max_depth = int64_t(r) + 1}).logits.value().select(0, i);
        REQUIRE(t.guesses[r].size() == size_t(capped.count()));
        double total = 0;
        for (const float p : t.guesses[r]) total += p;
        CHECK(std::abs(total - 1) < 1e-5);
        const auto likeliest = std::max_element(t.guesses[r].begin(), t.guesses[r].end()) - t.guesses[r].begin();
        const auto highest = std::max_element(capped.values().begin(), capped.values().end()) - capped.values().begin();
        CHECK(likeliest == highest);
      }
      CHECK(t.guesses[0] != t.guesses.back());
      CHECK(t.guesses.back()[size_t(t.predicted)] == t.probability);
    }
  }
}

TEST_CASE("depths can be forced, and bounded") {
  const ImageModel model = opinionated(tiny_images());
  const std::vector<int32_t> depths{3, 1, 2, 3, 1, 1, 2, 2, 1, 3};
  CHECK(model.forward(some_patches(1), {.depths = depths}).depth == depths);
  CHECK(model.forward(some_patches(1), {.max_depth = 1}).depth == std::vector<int32_t>(10, 1));
}

TEST_CASE("training gives the same bits with every number of threads") {
  ImageConfig config{tiny_config(), 14, 2, 4};  // 50 tokens, of which 33 recur twice: no multiples of a panel
  config.model.d_model = 64;
  const IntTensor labels = int_tensor({0, 1, 2, 3, 3, 1, 0, 2});
  const int threads = thread_count();
  std::set<std::string> results;
  for (int count : {1, 2, 3}) {
    set_thread_count(count);
    ImageModel model(config, 1);
    train(model, random_tensor({8, 49, 4}, 5, 0, 1), labels, 5, 0.05);
    results.insert(write_checkpoint(model));
  }
  set_thread_count(threads);
  CHECK(results.size() == 1);
}

TEST_CASE("a model of images is saved and read back bit for bit") {
  const TemporaryFolder folder;
  for (Routing routing : {Routing::none, Routing::expert_choice, Routing::token_choice}) {
    ImageConfig config = tiny_images(routing);
    if (routing == Routing::token_choice) config.model.router.balancing = RouterBalancing::loss_free;
    const ImageModel model(config, 3);
    int64_t saved = 0;
    for (const auto& [name, tensor] : model.state_dict()) saved += tensor.count();
    CHECK(saved == model.config().saved_numbers());
    write_file_atomically(folder.path() / "m.safetensors", write_checkpoint(model));
    const ImageModel read = read_image_checkpoint(folder.path() / "m.safetensors");
    CHECK(read.config() == model.config());
    CHECK(write_checkpoint(read) == write_checkpoint(model));
  }
}

TEST_CASE("a file that is no model of images, or is damaged, is refused in one line that names it") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "m.safetensors";
  const SafetensorsFile good = parse_safetensors(write_checkpoint(ImageModel(tiny_images(), 3)), "good");
  const auto refused = [&](const std::string& key, const std::string& value, const std::string& says) {
    SafetensorsFile bad = good;
    bad.metadata[key] = value;
    write_file_atomically(path, write_safetensors(bad));
    CHECK_THROWS_AS(read_image_checkpoint(path), InputError);
    CHECK_THROWS_WITH(read_image_checkpoint(path), ContainsSubstring(path.string()) && ContainsSubstring(says));
  };
  refused("tinymor", "1", "is a model of text");
  refused("tinymor", "2", "tinymor images");
  refused("config", "{", "config");
  refused("image_size", "", "whole number");
  refused("image_size", "6.5", "whole number");
  refused("image_size", "99999999999999999999", "whole number");
  refused("image_size", "-6", "image_size");
  refused("image_size", "8", "numbers");
  refused("patch_size", "0", "patch_size");
  refused("patch_size", "4", "does not divide");
  refused("patch_size", "2x5", "does not divide");
  for (const char* text : {"", "x", "2x", "x2", "2x2x2", "2.5", "2 x 2"}) refused("patch_size", text, "x between them");
  refused("classes", "1", "classes");
  refused("classes", "60000", "numbers");
  SafetensorsFile renamed = good;
  renamed.tensors["head.bias"] = renamed.tensors.extract("head.weight").mapped();
  write_file_atomically(path, write_safetensors(renamed));
  CHECK_THROWS_WITH(read_image_checkpoint(path), ContainsSubstring("head."));
  write_file_atomically(path, write_safetensors(good));
  CHECK_THROWS_WITH(read_checkpoint(path), ContainsSubstring("tinymor train"));
}

TEST_CASE("patches of another shape, a cache and exit gates are refused") {
  CHECK_THROWS_WITH(tiny_images(Routing::exit_gate), ContainsSubstring("exit_gate") && ContainsSubstring("(use "));
  const ImageModel model(tiny_images(), 1);
  CHECK_THROWS_WITH(model.forward(random_tensor({2, 4, 9}, 1)), ContainsSubstring("[n,9,4]"));
  CHECK_THROWS_AS(model.forward(random_tensor({9, 4}, 1)), Error);
  KvCache cache(model.config().model);
  CHECK_THROWS_WITH(model.forward(some_patches(1), {.cache = &cache}), ContainsSubstring("cache"));
}

TEST_CASE("a few steps lower the loss, and a batch is learned by heart") {
  const IntTensor labels = int_tensor({0, 1, 2, 3, 3, 1, 0, 2});
  for (Routing routing : {Routing::none, Routing::expert_choice, Routing::token_choice}) {
    ImageModel model = opinionated(tiny_images(routing));
    const Tensor patches = some_patches(8);
    const std::vector<double> losses = train(model, patches, labels, 300, 0.05);
    CHECK(losses[8] < losses[0]);
    CHECK(losses.back() < 0.05);
    CHECK(argmax(model.forward(patches).logits.value(), 1).to_vector() == labels.to_vector());
  }
}

TEST_CASE("a patch need not be a square: a model of columns sees, routes and saves them") {
  ImageConfig config{tiny_config(Sharing::middle_cycle, Routing::expert_choice), 6, PatchSize(6, 1), 4};
  config.resolve();
  CHECK(config.patches() == 6);
  CHECK(config.patch_rows() == 1);
  CHECK(config.patch_columns() == 6);
  const ImageModel model(config, 1);
  const Tensor columns = random_tensor({3, 6, 6}, 5, 0, 1);
  const ForwardResult result = model.forward(columns);
  CHECK(result.depth.size() == 3 * 7);
  const TemporaryFolder folder;
  const auto path = folder.path() / "columns.safetensors";
  write_file_atomically(path, write_checkpoint(model));
  const ImageModel again = read_image_checkpoint(path);
  CHECK(again.config() == config);
  CHECK(again.forward(columns).logits.value().to_vector() == result.logits.value().to_vector());
}

TEST_CASE("the size of a patch is written as it is read") {
  CHECK(to_text(7) == "7");
  CHECK(to_text({32, 1}) == "32x1");
  for (const PatchSize size : {PatchSize(7), PatchSize(32, 1), PatchSize(1, 32)})
    CHECK(patch_size_of(to_text(size)) == size);
}
