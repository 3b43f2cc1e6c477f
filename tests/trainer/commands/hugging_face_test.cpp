// Llama models of Hugging Face in every command, and vanilla runs as folders that transformers opens.

#include <cmath>
#include <nlohmann/json.hpp>

#include "datasets/tokenizer.h"
#include "mor/checkpoint.h"
#include "support/catch.h"
#include "support/hugging_face.h"
#include "support/program.h"
#include "support/trained_runs.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"
#include "trainer/loop/run_folder.h"

using namespace tinymor;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const std::string kIntoMor =
    " --set model.sharing=cycle --set model.n_recursions=2 --set model.routing=expert_choice --set train.batch_size=2"
    " --set model.max_seq_len=32 --data text.txt ";

/// What `tinymor ARGUMENTS` prints, which must succeed.
std::string printed(const fs::path& folder, const std::string& arguments) {
  const Output result = tinymor_in(folder, arguments);
  INFO("tinymor " << arguments << ": " << result.err);
  REQUIRE(result.status == 0);
  return result.out;
}

}  // namespace

TEST_CASE("every command takes a folder that transformers wrote") {
  const fs::path& folder = trained();
  for (const std::string& name : hugging_face_names()) {
    INFO(name);
    const json expected = expected_of(name);
    const std::string text = expected["texts"][1]["text"], model = hugging_face_folder(name).string();
    write_file_atomically(folder / "prompt.txt", text);
    CHECK(json::parse(printed(folder, "inspect --json " + model))["config"]["routing"] == "none");
    const json traced =
        json::parse(printed(folder, "trace " + model + " --text-file prompt.txt --logits logits.safetensors"));
    CHECK(traced["tokens"] == expected["texts"][1]["ids"]);
    CHECK(read_safetensors(folder / "logits.safetensors").tensors.at("logits").dim(1) ==
          traced["config"]["vocab_size"]);
    CHECK(json::parse(printed(folder, "eval --json --data text.txt " + model))["rules"]["all"]["loss"] > 0);
    CHECK_FALSE(printed(folder, "generate --quiet --max-tokens 5 --prompt Once --show plain " + model).empty());
  }
}

TEST_CASE("a text ends where the folder of a model of Hugging Face, or a run that began from it, says that texts end") {
  const fs::path& folder = trained();
  fs::remove_all(folder / "llama");
  fs::copy(hugging_face_folder("llama2_tokens"), folder / "llama");
  const auto written = [&](const std::string& model) {
    const json document =
        json::parse(printed(folder, "generate --json --quiet --max-tokens 30 --prompt Once " + model));
    std::vector<int> ids;
    for (const json& token : document["tokens"]) ids.push_back(token["id"]);
    return ids;
  };
  const auto said = [&](const char* file, const json& ends) {
    json document = fs::exists(folder / file) ? json::parse(read_file(folder / file)) : json::object();
    document["eos_token_id"] = ends;
    write_file_atomically(folder / file, document.dump());
  };
  said("llama/config.json", nullptr);
  const std::vector<int> whole = written("llama");
  const int last = whole[whole.size() - 10];
  // Up to the first of these ids after the prompt.
  const size_t prompt = whole.size() - 30;
  const std::vector<int> ended(whole.begin(), std::find(whole.begin() + long(prompt), whole.end(), last) + 1);
  REQUIRE(ended.size() < whole.size());
  said("llama/config.json", last);
  CHECK(written("llama") == ended);
  said("llama/generation_config.json", nullptr);  // it counts where it is there
  CHECK(written("llama") == whole);
  said("llama/generation_config.json", json::array({9999999, last}));
  CHECK(written("llama") == ended);

  fs::remove_all(folder / "exported");
  printed(folder, "export --quiet --to hf llama exported");
  CHECK(json::parse(read_file(folder / "exported/generation_config.json"))["eos_token_id"] ==
        json::array({9999999, last}));
  CHECK(written("exported") == ended);
  fs::remove_all(folder / "up");
  printed(folder, "uptrain --quiet --steps 1 --set keep_every=1 --out up --from llama" + kIntoMor);
  CHECK(load_model(folder / "up").ends == std::vector<int32_t>{9999999, last});
  CHECK(load_model(folder / "up/checkpoints/step-000001").ends == std::vector<int32_t>{9999999, last});
  said("llama/generation_config.json", "</s>");
  const Output damaged = tinymor_in(folder, "generate --prompt Once llama");
  CHECK(damaged.status == 2);
  CHECK_THAT(damaged.err,
             ContainsSubstring("llama/generation_config.json: \"eos_token_id\": \"</s>\" is not the number"));
}

TEST_CASE("uptraining makes a Mixture-of-Recursions model of a Llama, with its tokenizer, and resumes it") {
  const fs::path& folder = trained();
  for (const char* name : {"llama2_tokens", "gpt2_tokens"}) {
    fs::remove_all(folder / "up");
    const std::string model = hugging_face_folder(name).string();
    printed(folder, "uptrain --quiet --steps 2 --out up --from " + model + kIntoMor);
    CHECK(read_file(folder / "up/tokenizer.json") == read_file(hugging_face_folder(name) / "tokenizer.json"));
    const json config = json::parse(printed(folder, "inspect --json up"))["config"];
    CHECK(config["routing"] == "expert_choice");
    CHECK(config["d_model"] == 8);
    printed(folder, "train --quiet --resume --steps 3 --out up");
    const json traced = json::parse(printed(folder, "trace up --text 'The dog'"));
    CHECK(traced["depth"].size() == traced["tokens"].size());
  }
}

TEST_CASE("an exported run is the same model when it is read again, with every tokenizer") {
  const fs::path& folder = trained_vanilla();
  for (const std::string kind : {"char", "byte", "sentencepiece"}) {
    INFO(kind);
    const std::string run = "vanilla-" + kind, out = "hf-" + kind;
    printed(folder,
            "train --quiet --steps 2 --twin vanilla --out " + run + kTinyModel + " --set data.tokenizer=" + kind);
    printed(folder, "export --quiet --to hf " + run + " " + out);
    for (const char* file : {"config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"})
      CHECK(json::parse(read_file(folder / out / file)).is_object());
    CHECK(std::distance(fs::directory_iterator(folder / out), fs::directory_iterator()) == 5);
    CHECK(read_file(folder / out / "model.safetensors") == read_file(folder / run / "model.safetensors"));
    const auto traced = [&](const std::string& model) {
      json document = json::parse(printed(folder, "trace " + model + " --text 'Mia had a red ball. '"));
      document.erase("pieces");  // spaces and marks
      return document;
    };
    CHECK(traced(out) == traced(run));
    fs::remove_all(folder / "exported");
    printed(folder, "export --quiet --to hf " + out + " exported");
    CHECK(traced("exported") == traced(run));
  }
}

TEST_CASE("a model that transformers wrote is exported with the tokenizer that it came with") {
  const fs::path& folder = trained();
  for (const std::string& name : hugging_face_names()) {
    INFO(name);
    fs::remove_all(folder / "exported");
    printed(folder, "export --quiet --to hf " + hugging_face_folder(name).string() + " exported");
    const LoadedModel from = load_model(hugging_face_folder(name)), again = load_model(folder / "exported");
    CHECK(write_checkpoint(*again.model) == write_checkpoint(*from.model));
    const json texts = expected_of(name)["texts"];
    for (const json& row : texts) CHECK(again.tokenizer->encode(row["text"]) == from.tokenizer->encode(row["text"]));
  }
}
