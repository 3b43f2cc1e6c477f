// What a run leaves behind, and what eval, generate, trace and inspect say of it.

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program.h"
#include "support/trained_runs.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"

using namespace tinymor;
namespace fs = std::filesystem;
using nlohmann::json;

TEST_CASE("a run folder holds the files of the contract") {
  for (const char* name : {"config.toml", "model.safetensors", "trainer.safetensors", "metrics.jsonl",
                           "recording.mortrace", "tokenizer.json"})
    CHECK(fs::exists(trained() / "run" / name));
}

TEST_CASE("the run of a vanilla model has the config.json of transformers from the start, no other has one") {
  const json config = json::parse(read_file(trained_vanilla() / "vanilla/config.json"));
  CHECK(config["model_type"] == "llama");
  CHECK(config["hidden_size"] == 32);
  CHECK(config["num_hidden_layers"] == 8);
  CHECK_FALSE(fs::exists(trained() / "run/config.json"));
  fs::copy(trained() / "vanilla", trained() / "older");
  fs::remove(trained() / "older/config.json");
  REQUIRE(tinymor_in(trained(), "train --quiet --resume --out older --steps 4").status == 0);
  CHECK(json::parse(read_file(trained() / "older/config.json")) == config);
}

TEST_CASE("eval reports both rules on the held-out text or on any other") {
  for (const char* data : {"", " --data text.txt"}) {
    const Output result = tinymor_in(trained(), std::string("eval run --json") + data);
    REQUIRE(result.status == 0);
    const json document = json::parse(result.out);
    CHECK(document["tokens"].get<int>() > 100);
    for (const char* rule : {"topk", "threshold"}) {
      const json& numbers = document["rules"][rule];
      CHECK(numbers["perplexity"].get<double>() == Approx(std::exp(numbers["loss"].get<double>())));
      CHECK(numbers["mean_depth"].get<double>() >= 1);
    }
  }
  CHECK(json::parse(tinymor_in(trained(), "eval run --json --rule topk").out)["rules"].size() == 1);
  const json capped = json::parse(tinymor_in(trained(), "eval run --json --max-depth 1").out);
  CHECK(capped["rules"]["topk"]["mean_depth"].get<double>() == 1);
}

TEST_CASE("a model without routing has one entry, all") {
  const fs::path& folder = trained_vanilla();
  const json document = json::parse(tinymor_in(folder, "eval vanilla --json").out);
  CHECK(document["rules"].size() == 1);
  CHECK(document["rules"].contains("all"));
  const json traced = json::parse(tinymor_in(folder, "trace vanilla --text 'Mia had 3'").out);
  CHECK(traced["recursions"].empty());
  CHECK(traced["kv"]["bytes"] == traced["kv"]["vanilla_bytes"]);
}

TEST_CASE("generation repeats with its seed, in text and in JSON, and tints when asked") {
  const fs::path& folder = trained();
  const std::string arguments = "generate run --prompt 'Mia had' --max-tokens 30 --seed 3";
  const Output plain = tinymor_in(folder, arguments);
  CHECK(plain.status == 0);
  CHECK(plain.out == tinymor_in(folder, arguments).out);
  CHECK(plain.out.rfind("Mia had", 0) == 0);
  CHECK(plain.out.find('\x1b') == std::string::npos);  // a file is no terminal
  CHECK(tinymor_in(folder, arguments + " --show depth").out.find("\x1b[30;48;2;") != std::string::npos);
  const json document = json::parse(tinymor_in(folder, arguments + " --json").out);
  CHECK(document["text"].get<std::string>() + "\n" == plain.out);
  CHECK(document["tokens"].size() == 37);
  for (const json& token : document["tokens"]) CHECK(token["depth"].get<int>() >= 1);
}

TEST_CASE("generation ends before the stop text that comes first, and prints nothing of it") {
  const std::string arguments = "generate run --prompt 'Mia had' --max-tokens 30 --seed 3 --quiet";
  const std::string whole = tinymor_in(trained(), arguments).out, stop = whole.substr(20, 3);
  const std::string ends = whole.substr(0, whole.find(stop, 7)) + "\n";
  CHECK(ends.size() < whole.size());
  CHECK(tinymor_in(trained(), arguments + " --stop '" + stop + "' --stop nowhere").out == ends);
  CHECK(tinymor_in(trained(), arguments + " --stop ''").status == 2);
}

TEST_CASE("rounded weights and a rounded cache write, and eval says what they cost") {
  const auto loss = [](const std::string& options) {
    const json document = json::parse(tinymor_in(trained(), "eval run --json --rule threshold" + options).out);
    return document["rules"]["threshold"]["loss"].get<double>();
  };
  const double exact = loss("");
  for (const char* options : {" --cache-format bf16", " --cache-format int8", " --weights int8"}) {
    CHECK(loss(options) != exact);
    CHECK(loss(options) == Approx(exact).epsilon(0.02));
    CHECK(tinymor_in(trained(), std::string("generate run --prompt a --max-tokens 9 --quiet") + options).status == 0);
  }
}

TEST_CASE("trace writes the JSON of the contract, the logits and a gradient for every parameter") {
  const fs::path& folder = trained();
  const Output result = tinymor_in(
      folder, "trace run --text 'Mia had 3 apples.' --rule topk --logits l.safetensors --grads g.safetensors");
  REQUIRE(result.status == 0);
  const json document = json::parse(result.out);
  CHECK(document["rule"] == "topk");
  CHECK(document["tokens"].size() == 17);
  CHECK(document["pieces"].size() == 17);
  CHECK(document["depth"].size() == 17);
  CHECK(document["nll"].size() == 16);
  CHECK(document["recursions"].size() == 3);
  CHECK(document["recursions"][1]["selected"].size() == 11);
  CHECK(document["recursions"][1]["logits"].size() == 17);
  CHECK(document["kv"]["entries"] == json({{17, 17}, {11, 11}, {5, 5}}));
  CHECK(document["config"]["d_model"] == 32);
  CHECK(document["loss"].contains("balance"));
  const SafetensorsFile logits = read_safetensors(folder / "l.safetensors"),
                        grads = read_safetensors(folder / "g.safetensors");
  const SafetensorsFile model = read_safetensors(folder / "run/model.safetensors");
  CHECK(logits.tensors.at("logits").shape()[0] == 17);
  CHECK(grads.tensors.size() == model.tensors.size());
  for (const auto& [name, tensor] : model.tensors) CHECK(grads.tensors.at(name).shape() == tensor.shape());
}

TEST_CASE("inspect says the same of a configuration as of the model trained from it") {
  const fs::path& folder = trained();
  const json from_config = json::parse(tinymor_in(folder, "inspect run/config.toml --json").out);
  const json from_model = json::parse(tinymor_in(folder, "inspect run --json").out);
  CHECK(from_config == from_model);
  CHECK(from_model["layers"]["weights"] == json({0, 1, 2, 1, 2, 1, 2, 3}));
  CHECK(from_model["vocab_size_at_most"] == false);
  const std::string shown = tinymor_in(folder, "inspect run").out;
  CHECK(shown.find("0 · 1 2 · 1 2 · 1 2 · 3") != std::string::npos);
  CHECK(shown.find(fmt::format("vocabulary  {} tokens\n", from_model["config"]["vocab_size"].get<int>())) !=
        std::string::npos);
}

TEST_CASE("inspect says of a configuration whose text may give fewer pieces that its vocabulary is the largest") {
  const fs::path& folder = trained();
  for (const auto& [tokenizer, at_most] : {std::pair{"sentencepiece", true}, {"byte", false}, {"char", false}}) {
    INFO(tokenizer);
    write_file_atomically(
        folder / "asked.toml",
        fmt::format("[data]\nsource = \"text.txt\"\ntokenizer = \"{}\"\nvocab_size = 4000\n", tokenizer));
    CHECK(json::parse(tinymor_in(folder, "inspect asked.toml --json").out)["vocab_size_at_most"] == at_most);
    const std::string shown = tinymor_in(folder, "inspect asked.toml").out;
    CHECK((shown.find("vocabulary  at most 4000 tokens") != std::string::npos) == at_most);
  }
}
