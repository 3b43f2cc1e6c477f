// The program `tinymor` as its users meet it: what it prints, with which status it ends, what it leaves behind.

#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

#include "datasets/digits.h"
#include "datasets/puzzles.h"
#include "datasets/stories.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "support/trained_run.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"
#include "trainer/recording/recording.h"

using namespace tinymor;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// The 64-bit FNV-1a hash.
uint64_t fnv1a(const std::string& bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

const std::string kTinyEye =
    " --data pictures --patch 7 --set model.d_model=16 --set model.d_ff=24 --set train.batch_size=4 ";

/// The same folder with a few images, some of them too wide, and a model that was trained on the good ones.
const fs::path& trained_eye() {
  static const bool once = [] {
    const ImageSplit split = make_digit_split(1, 10);
    write_images(split, trained() / "pictures");
    const auto narrowed = [](Images images) {
      images.pixels = images.pixels.slice(1, 0, 20).contiguous_copy();
      return images;
    };
    write_images({narrowed(split.train), narrowed(split.held_out)}, trained() / "wide");
    REQUIRE(tinymor_in(trained(), "images --quiet --json --steps 3 --out seen" + kTinyEye).status == 0);
    fs::copy(trained() / "seen", trained() / "moved");
    const std::string config = read_file(trained() / "seen/config.toml");
    write_file_atomically(trained() / "moved/config.toml",
                          std::string(config).replace(config.find("/pictures"), 9, "/gone"));
    return true;
  }();
  (void)once;
  return trained();
}

/// The same folder with a vanilla run in it as well.
const fs::path& trained_vanilla() {
  static const bool once = [] {
    // A twin has no router, so its router's keys are their defaults.
    const std::string vanilla =
        "--set model.sharing=none --set model.routing=none --set model.n_recursions=1 --set router.aux_coeff=0.001";
    REQUIRE(tinymor_in(trained(), "train --quiet --steps 3 --out vanilla " + vanilla + kTinyModel).status == 0);
    return true;
  }();
  (void)once;
  return trained();
}

const std::string kIntoMor =
    "uptrain --quiet --from vanilla --set model.sharing=middle_cycle --set model.n_recursions=3"
    " --set model.routing=expert_choice ";

/// Folders as Hugging Face's libraries leave them, or as they are converted by hand.
void write_foreign_models(const fs::path& folder) {
  const std::string ours = read_file(folder / "vanilla/model.safetensors"),
                    tokenizer = read_file(folder / "vanilla/tokenizer.json");
  const auto write = [&](const char* model, const char* file, const std::string& bytes) {
    fs::create_directories(folder / model);
    write_file_atomically(folder / model / file, bytes);
  };
  write("foreign", "config.json", R"({"model_type": "gpt2"})");
  write("sharded", "model.safetensors.index.json", "{}");
  const std::string half = R"({"model.embed_tokens.weight":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}})";
  write("half", "model.safetensors", std::string{char(half.size()), 0, 0, 0, 0, 0, 0, 0} + half + "xx");
  SafetensorsFile file = read_safetensors(folder / "vanilla/model.safetensors");
  file.metadata = {{"format", "pt"}};
  write("unmarked", "model.safetensors", write_safetensors(file));
  write("unmarked", "config.json", R"({"model_type": "llama"})");
  write("scaled", "model.safetensors", ours);
  write("scaled", "config.json", R"({"model_type": "llama", "rope_scaling": {"rope_type": "llama3", "factor": 8.0}})");
  write("scaled", "tokenizer.json", tokenizer);
  fs::copy(folder / "vanilla", folder / "rescaled");
  write("rescaled", "config.json", read_file(folder / "scaled/config.json"));
  write("tokenizers", "model.safetensors", ours);
  write("tokenizers", "tokenizer.json", R"({"version": "1.0", "model": {"type": "BPE"}})");
}

}  // namespace

TEST_CASE("bad input gets one clear line and status 2") {
  trained_eye();
  const fs::path& folder = trained_vanilla();
  const std::string model = read_file(folder / "run/model.safetensors");
  write_file_atomically(folder / "truncated.safetensors", model.substr(0, model.size() / 2));
  write_file_atomically(folder / "empty.txt", "");
  write_file_atomically(folder / "short.txt", "Mia.");
  write_file_atomically(folder / "typo.toml", "[model]\nd_modle = 32\n");
  std::string dots = "\n";
  for (int i = 0; i < 100000; ++i) dots += "a.";
  write_file_atomically(folder / "dots.toml", dots + "b = 1\n");
  write_file_atomically(folder / "zero.toml", "[model]\nsharing = \"\\u0000abc\"\n");
  for (const char* pipe : {"pipe", "pipe.toml"}) REQUIRE(mkfifo((folder / pipe).c_str(), 0600) == 0);
  fs::create_directories(folder / "other");
  REQUIRE(tinymor_in(folder, "tokenizer train --kind byte --out other").status == 0);
  write_file_atomically(folder / "other/model.safetensors", model);
  write_foreign_models(folder);
  struct Row {
    std::string arguments, says;
  };
  const std::vector<Row> rows{
      {"", "subcommand"},
      {"trian", "trian"},
      {"train --steps many", "--steps"},
      {"train --data nowhere.txt --out new", "nowhere.txt"},
      {"train --data empty.txt --out new", "empty.txt"},
      {"train --data short.txt --out new --set data.tokenizer=char", "tokens"},
      {"train typo.toml --out new", "typo.toml:2"},
      {"train typo.toml --out new", "d_model"},
      {"train missing.toml --out new", "missing.toml"},
      {"inspect dots.toml", "dots.toml:2: has more than 1000 dots (mend the line)"},
      {"inspect zero.toml", "there is no \"<0x00>abc\""},
      {"train --resume --out run --data digits", "digits: is images, and run is a run on text (name a text"},
      {"train --data pipe --out new", "pipe: is a pipe or a device"},
      {"train --data /dev/zero --out new", "/dev/zero: is a pipe or a device"},
      {"train pipe --out new", "pipe: is a pipe or a device"},
      {"train --resume --out run --data pipe", "pipe: is a pipe or a device"},
      {"tokenizer train --data pipe --out new", "pipe: is a pipe or a device"},
      {"eval run --data pipe", "pipe: is a pipe or a device"},
      {"eval pipe --data text.txt", "pipe: is a pipe or a device"},
      {"trace run --text-file pipe", "pipe: is a pipe or a device"},
      {"inspect pipe.toml", "pipe.toml: is a pipe or a device"},
      {"train --set model.n_layers=7 --out new", "n_layers"},
      {"train --set model.depth=3 --out new", "model.depth"},
      {"train --set model.sharing=middle_sequence --out new", "use sharing = \"cycle\""},
      {"train --out run", "--resume"},
      {"train --resume", "--out"},
      {"train --resume --out nowhere", "nowhere"},
      {"train --threads 0", "threads"},
      {"train --resume --out run --twin vanilla", "--resume"},
      {"train --twin french --out new", "--twin"},
      {"train --equal flops --out new", "--twin"},
      {"train vanilla/config.toml --twin recursive --out new", "recursive twin"},
      {"train --twin vanilla --equal flops --set model.n_layers=7 --out new", "n_layers"},
      {"train --twin vanilla --set model.n_heads=7 --out new", "n_heads"},
      {"train --twin recursive --set model.n_layers=7 --out new", "n_layers"},
      {"train text.txt --out new", "--data text.txt"},
      {"train stories --out new", "--data stories"},
      {"uptrain text.txt --from vanilla --out new", "--data text.txt"},
      {"images pictures --out new", "--data pictures"},
      {"inspect vanilla --twin recursive", "recursive twin"},
      {"uptrain --out new", "--from"},
      {"uptrain --from nowhere --out new", "nowhere"},
      {"uptrain --from run --out new", "routing"},
      {"uptrain --from vanilla --init best --out new", "--init"},
      {"uptrain --from vanilla --set model.n_recursions=3 --out new", "n_recursions"},
      {"uptrain --from vanilla --set model.d_model=64 --out new", "d_model"},
      {"uptrain --from vanilla --set data.tokenizer=byte --out new", "tokenizer"},
      {"uptrain --from vanilla --data nowhere.txt --out new", "nowhere.txt"},
      {"uptrain --from vanilla --out run", "--resume"},
      {"eval nowhere", "nowhere"},
      {"inspect nowhere", "train one"},
      {"eval foreign", "a \"gpt2\" model of Hugging Face without model.safetensors"},
      {"inspect foreign", "a \"gpt2\" model of Hugging Face without model.safetensors"},
      {"uptrain --from sharded --out new", "in several files"},
      {"generate half --prompt a", "\"BF16\", and only F32 is read"},
      {"generate unmarked --prompt a", "the weights of a \"llama\" model of Hugging Face, without the configuration"},
      {"generate scaled --prompt a", "config.json beside it: \"rope_scaling\""},
      {"train --resume --steps 9 --out rescaled", "rescaled/config.json: \"rope_scaling\""},
      {"generate tokenizers --prompt a", "Hugging Face's tokenizers library"},
      {"eval truncated.safetensors --data text.txt", "truncated.safetensors"},
      {"eval run --data short.txt", "tokens"},
      {"eval run --rule best", "--rule"},
      {"eval other --data text.txt", "tokenizer"},
      {"generate run", "--prompt"},
      {"generate run --prompt ''", "prompt"},
      {"generate run --prompt a --temperature -1", "--temperature"},
      {"generate run --prompt a --temperature nan", "\"nan\" is not a number"},
      {"generate run --prompt a --temperature 1e999", "1e999 is too large (give at most 1.7976931348623157e+308)"},
      {"generate run --prompt a --temperature 1e-999", "1e-999 is too close to 0 (give 0)"},
      {"generate run --prompt a --temperature 0x", "\"0x\" is not a number"},
      {"generate run --prompt a --temperature 0.5f", "\"0.5f\" is not a number"},
      {"generate run --prompt a --top-p inf", "\"inf\" is not a number"},
      {"generate run --prompt a --max-tokens 0x10", "\"0x10\" is not a whole number"},
      {"generate run --prompt a --seed -1", "\"-1\" is not a whole number"},
      {"train --steps 1e3 --out new", "\"1e3\" is not a whole number"},
      {"train --steps 99999999999999999999 --out new", "is too large (give at most 9223372036854775807)"},
      {"train --steps -99999999999999999999 --out new", "is too small (give at least -9223372036854775808)"},
      {"generate run --prompt a --seed 18446744073709551616", "is too large (give at most 18446744073709551615)"},
      {"train --set train.seed=18446744073709551616 --out new", "is too large (give at most 9223372036854775807)"},
      {"train --threads 99999999999 --out new", "--threads: 99999999999 is out of range (give 1 to 1024)"},
      {"trace run --text a --depths 3000000000", "out of range (give 0 to 2147483647)"},
      {"tokenizer decode run 3000000000", "out of range (give 0 to 2147483647)"},
      {"train --threads nan --out new", "\"nan\" is not a whole number"},
      {"train --set lr=nan --out new", "nan is not a finite number"},
      {"trace run", "--text"},
      {"trace run --text a", "2 to 32"},
      {"trace run --text 'Mia had' --depths 1,2,3,1,1,1,1,1,1,1,1,1,1", "depths: 13"},
      {"trace run --text-file nowhere.txt", "nowhere.txt"},
      {"trace run --text 'Mia had' --logits /nowhere/x.safetensors", "/nowhere"},
      {"inspect nowhere.toml", "nowhere.toml"},
      {"inspect empty.txt", "empty.txt"},
      {"data make shakespeare", "stories"},
      {"data make stories --out /nowhere/x", "/nowhere"},
      {"data make stories --count 5", "--count"},
      {"data make digits", "--out"},
      {"data make digits --bytes 5 --out new", "--bytes"},
      {"data make digits --count 100001 --out new", "100001"},
      {"data make digits --count 5 --out text.txt", "text.txt"},
      {"images --data nowhere --out new", "nowhere"},
      {"images --data pictures --patch 5 --out new", "patch_size"},
      {"images --data pictures --set model.n_layers=7 --out new", "n_layers"},
      {"images --resume", "--out"},
      {"images --resume --out run", "tinymor train --resume"},
      {"images --resume --out seen --set model.d_model=8", "[train]"},
      {"images --resume --out seen --patch 4", "--patch"},
      {"train --resume --out seen", "tinymor images --resume"},
      {"images --resume --out moved", "--data FILE or FOLDER"},
      {"images --eval moved", "--data FILE or FOLDER"},
      {"images --eval seen/model.safetensors", "--data"},
      {"images --data pictures --out run", "--out"},
      {"images --data wide --out new", "square"},
      {"images --data pictures --out text.txt/run", "text.txt"},
      {"images --eval nowhere", "nowhere"},
      {"images --eval run", "tinymor images"},
      {"images --eval run --steps 3", "--eval"},
      {"images --eval seen --data wide", "[2,28,28]"},
      {"images --eval seen/model.safetensors --data text.txt", "text.txt"},
      {"generate seen --prompt a", "seen"},
      {"tokenizer encode nowhere --text a", "nowhere"},
      {"tokenizer decode run 9999", "9999"},
      {"tokenizer train --kind byte --out run", "holds a model"},
      {"tokenizer train --kind byte --out seen", "holds a model"},
  };
  for (const Row& row : rows) {
    INFO("tinymor " << row.arguments);
    const Output result = tinymor_in(folder, row.arguments);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(result.err.rfind("error: ", 0) == 0);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK(result.err.find(row.says) != std::string::npos);
    CHECK_FALSE(fs::exists(folder / "new"));
  }
}

TEST_CASE("every subcommand explains itself with an example") {
  for (const char* name :
       {"", "train", "uptrain", "eval", "generate", "trace", "inspect", "tokenizer", "tokenizer train",
        "tokenizer encode", "tokenizer decode", "data", "data list", "data make", "images"}) {
    INFO(name);
    const Output result = tinymor_in(trained(), std::string(name) + " --help");
    CHECK(result.status == 0);
    CHECK(result.out.find("Example:\n  " TINYMOR_PROGRAM " ") != std::string::npos);
  }
}

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

TEST_CASE("a twin is the run that its configuration written out makes, and inspect knows it beforehand") {
  const fs::path& folder = trained_vanilla();
  REQUIRE(tinymor_in(folder, "train --quiet --steps 3 --twin vanilla --out twin" + kTinyModel).status == 0);
  CHECK(read_file(folder / "twin/model.safetensors") == read_file(folder / "vanilla/model.safetensors"));
  CHECK(tinymor_in(folder, "inspect run --twin vanilla --json").out == tinymor_in(folder, "inspect twin --json").out);
  const json recursive = json::parse(tinymor_in(folder, "inspect run/config.toml --twin recursive --json").out);
  CHECK(recursive["layers"] == json::parse(tinymor_in(folder, "inspect run --json").out)["layers"]);
  CHECK(recursive["config"]["routing"] == "none");
}

TEST_CASE("a twin trains on as many tokens, or for as many FLOPs") {
  const fs::path& folder = trained();
  const auto steps_of = [&](const std::string& options) {
    fs::remove_all(folder / "scaled");
    REQUIRE(tinymor_in(folder, "train --quiet --steps 30 --out scaled " + options + kTinyModel).status == 0);
    const std::string toml = read_file(folder / "scaled/config.toml");
    return std::stoi(toml.substr(toml.find("\nsteps = ") + 9));
  };
  CHECK(steps_of("--twin vanilla") == 30);
  CHECK(steps_of("--twin vanilla --equal tokens") == 30);
  // Per token, MoR: 2 F + 2 (2 M + (1 + 4/9 + 1/9) A) = 114916 with M = 8 32^2 + 6 32 48, A = 2 32 32, F = M + A;
  // either twin: 8 F = 155648.
  CHECK(steps_of("--twin vanilla --equal flops") == 22);
  CHECK(steps_of("--twin recursive --equal flops") == 22);
}

TEST_CASE("uptraining makes a model of the kind asked for, with the vanilla run's sizes, tokenizer and data") {
  const fs::path& folder = trained_vanilla();
  write_file_atomically(folder / "deep.toml", "[model]\nsharing = \"middle_cycle\"\nn_recursions = 2\n");
  for (const char* from : {"vanilla", "vanilla/model.safetensors"})
    for (const char* init : {"stepwise", "average", "lower", "upper", "random"}) {
      fs::remove_all(folder / "up");
      REQUIRE(tinymor_in(folder,
                         fmt::format("uptrain deep.toml --quiet --steps 2 --out up --from {} --init {}", from, init))
                  .status == 0);
      CHECK(read_file(folder / "up/tokenizer.json") == read_file(folder / "vanilla/tokenizer.json"));
      const json model = json::parse(tinymor_in(folder, "inspect up --json").out);
      CHECK(model["layers"]["weights"] == json({0, 1, 2, 3, 1, 2, 3, 4}));
      CHECK(model["config"]["d_model"] == 32);
      CHECK(model["config"]["routing"] == "none");
      CHECK(read_file(folder / "up/config.toml").find((folder / "text.txt").string()) != std::string::npos);
    }
}

TEST_CASE("an uptrained run resumes, and ends in the same bits as one that was never stopped") {
  const fs::path& folder = trained_vanilla();
  const std::string uptrain = kIntoMor + "--set train.schedule=constant ";
  REQUIRE(tinymor_in(folder, uptrain + "--steps 3 --out resumed").status == 0);
  REQUIRE(tinymor_in(folder, "train --quiet --resume --steps 5 --out resumed").status == 0);
  REQUIRE(tinymor_in(folder, uptrain + "--steps 5 --out unstopped").status == 0);
  CHECK(read_file(folder / "resumed/model.safetensors") == read_file(folder / "unstopped/model.safetensors"));
}

TEST_CASE("inspect says the same of an uptrained run's configuration as of its model, also on another text") {
  const fs::path& folder = trained_vanilla();
  write_file_atomically(folder / "numbers.txt", make_stories(2, 3000) + "0123456789 %&?");
  REQUIRE(tinymor_in(folder, kIntoMor + "--steps 1 --data numbers.txt --out elsewhere").status == 0);
  CHECK(tinymor_in(folder, "inspect elsewhere/config.toml --json").out ==
        tinymor_in(folder, "inspect elsewhere --json").out);
}

TEST_CASE("benchmarks print the documented JSON") {
  const fs::path& folder = trained();
  const json train = json::parse(tinymor_in(folder, "bench train --preset baby --steps 2 --json").out);
  CHECK(train["preset"] == "baby");
  CHECK(train["params"] == 800000);
  for (const char* key : {"ms_per_step", "tokens_per_s", "gflops", "peak_rss_mb"}) CHECK(train[key].get<double>() > 0);
  CHECK(json::parse(tinymor_in(folder, "bench gemm --m 65 --n 33 --k 17 --json").out)["gflops"].get<double>() > 0);
  const json serve = json::parse(tinymor_in(folder,
                                            "bench serve --texts 5 --slots 2 --tokens 4 --json "
                                            "--set model.d_model=12 --set model.n_layers=6")
                                     .out);
  REQUIRE(serve.size() == 3);
  CHECK(serve[0]["model"] == "vanilla, by sequence");
  CHECK(serve[2]["model"] == "MoR, by depth");
  CHECK(serve[0]["block_calls_per_token"] == 1);
  for (const char* key : {"tokens_per_s", "faster", "tokens_per_block_call", "block_calls_per_token"})
    for (const json& row : serve) CHECK(row[key].get<double>() > 0);
  CHECK(tinymor_in(folder, "bench train --preset huge").err ==
        "error: --preset: there is no huge (use one of baby, small, small-rec, small-mor, big, big-rec, big-mor)\n");
}

TEST_CASE("data sets are listed, and made as a text or a folder of images") {
  const fs::path& folder = trained();
  const std::string listed = tinymor_in(folder, "data list").out;
  CHECK(listed.find("stories") != std::string::npos);
  CHECK(listed.find("digits") != std::string::npos);
  CHECK(listed.find("puzzles") != std::string::npos);
  CHECK(tinymor_in(folder, "data make stories --bytes 500").out == make_stories(1, 500));
  CHECK(tinymor_in(folder, "data make puzzles --bytes 500").out == make_puzzles(1, 500).text);
  REQUIRE(tinymor_in(folder, "data make digits --count 15 --seed 4 --out made/digits").status == 0);
  const ImageSplit written = load_images((folder / "made/digits").string()), digits = make_digit_split(4, 15);
  CHECK(written.train.pixels.to_vector() == digits.train.pixels.to_vector());
  CHECK(written.held_out.labels.to_vector() == digits.held_out.labels.to_vector());
}

TEST_CASE("tokenizers encode and decode from the command line") {
  const fs::path& folder = trained();
  REQUIRE(tinymor_in(folder, "tokenizer train --data text.txt --vocab-size 300 --out pieces").status == 0);
  const std::string ids = tinymor_in(folder, "tokenizer encode pieces --text 'Mia had 3 apples.'").out;
  CHECK(tinymor_in(folder, "tokenizer decode pieces " + ids.substr(0, ids.size() - 1)).out == "Mia had 3 apples.\n");
}

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
  if (!fused.empty()) CHECK(fnv1a(fused) == 0xc94e2f8af2c4203a);
}

TEST_CASE("Ctrl-C saves and stops, and the run goes on to the same end") {
  const fs::path& folder = trained();
  REQUIRE(tinymor_in(folder, "train --quiet --steps 400 --out whole" + kTinyModel).status == 0);
  const std::string start = TINYMOR_PROGRAM " train --quiet --steps 400 --out stopped" + kTinyModel;
  // The step log tells when there is something to interrupt.
  const std::string script = "cd " + folder.string() + " && { " + start +
                             " & pid=$!; until [ \"$(wc -l 2>/dev/null <stopped/metrics.jsonl)\" -ge 5 ] 2>/dev/null;"
                             " do sleep 0.01; done; kill -INT $pid; wait $pid; }";
  CHECK(std::system(script.c_str()) == 0);
  CHECK(tinymor_in(folder / "whole", "train --quiet --resume --out ../stopped").status == 0);  // from anywhere
  CHECK(read_file(folder / "stopped/model.safetensors") == read_file(folder / "whole/model.safetensors"));
}

TEST_CASE("a run killed at any instant resumes to the same bits") {
  const fs::path& folder = trained();
  REQUIRE(tinymor_in(folder, "train --quiet --steps 60 --out unharmed --set train.checkpoint_every=3" + kTinyModel)
              .status == 0);
  for (int milliseconds : {60, 130, 250}) {
    const std::string run = "killed" + std::to_string(milliseconds);
    // `wait` returns when the process is gone for good; one that still dies might finish a write under the next.
    std::system(fmt::format("cd {}; " TINYMOR_PROGRAM
                            " train --quiet --steps 60 --set train.checkpoint_every=3 --out {}{} "
                            "2>/dev/null & sleep {}; kill -9 $! 2>/dev/null; wait $! 2>/dev/null",
                            folder.string(), run, kTinyModel, milliseconds / 1000.0)
                    .c_str());
    if (!fs::exists(folder / run / "trainer.safetensors")) continue;  // killed before there was a run
    CHECK(tinymor_in(folder, "train --quiet --resume --out " + run).status == 0);
    CHECK(read_file(folder / run / "model.safetensors") == read_file(folder / "unharmed/model.safetensors"));
  }
}

TEST_CASE("output that does not arrive because the disk is full is a failure with one line") {
  const fs::path& folder = trained_eye();
  for (const char* arguments :
       {"trace run --text Mia", "generate run --prompt Mia --max-tokens 3 --quiet", "generate run --prompt Mia --json",
        "eval run --data text.txt", "eval run --data text.txt --json", "inspect run", "inspect run --json", "data list",
        "data make stories", "tokenizer encode run --text Mia", "images --eval seen --data pictures", "--help",
        "train --help"}) {
    CAPTURE(arguments);
    const std::string command =
        "cd " + folder.string() + " && " TINYMOR_PROGRAM " " + arguments + " >/dev/full 2>err.txt </dev/null";
    const int status = std::system(command.c_str());
    const std::string said = read_file(folder / "err.txt");
    CAPTURE(said);
    CHECK(WEXITSTATUS(status) == 1);
    CHECK(said.rfind("error: ") != std::string::npos);
    CHECK_THAT(said, ContainsSubstring("cannot"));
    CHECK(said.find('\n') == said.size() - 1);
  }
}

TEST_CASE("a model of images is trained, judged, and its depths are drawn beside what it sees") {
  const fs::path& folder = trained_eye();
  const std::string train = "images --steps 3 --out again" + kTinyEye;
  const Output drawn = tinymor_in(folder, train);
  REQUIRE(drawn.status == 0);
  CHECK(drawn.out.find("2 held-out images: ") == 0);
  CHECK(drawn.err.find("step 3/3") != std::string::npos);
  CHECK(drawn.out.find('\x1b') == std::string::npos);  // a file is no terminal
  CHECK(read_file(folder / "again/model.safetensors") == read_file(folder / "seen/model.safetensors"));
  CHECK(tinymor_in(folder, train).status == 2);  // it is there already

  const Recording recording = read_recording(folder / "again/recording.mortrace");
  CHECK(recording.notice.empty());
  CHECK(recording.steps.size() == 3);
  CHECK(recording.evals.size() == 2);  // before the first step and after the last
  CHECK(recording.vocabulary.size() == 10);
  REQUIRE(recording.images.size() == 2);
  const ImageSnapshot& last = recording.images.back();
  CHECK(last.step == 3);
  REQUIRE(last.images.size() == 2);
  CHECK(last.images[1].truth == 1);
  CHECK(last.images[1].pixels.size() == 28 * 28);
  CHECK(std::accumulate(last.images[0].depth.begin(), last.images[0].depth.end(), 0) == 17 + 11 + 5 - 3);

  const Output judged = tinymor_in(folder, "images --eval seen --data pictures --json");
  REQUIRE(judged.status == 0);
  const json document = json::parse(judged.out);
  CHECK(document["images"] == 2);
  // Of 17 tokens 17, 11 and 5 recur, the class token among them.
  CHECK(document["mean_depth"].get<double>() == Approx((17 + 11 + 5 - 3) / 16.0));
  CHECK(document["samples"].empty());  // the two held out are a 0 and a 1
  CHECK(tinymor_in(folder, "images --eval seen --json").out == judged.out);

  write_images({make_digits(1, 10), make_digits(1, 10)}, folder / "all");
  const json all = json::parse(tinymor_in(folder, "images --eval seen --data all --json").out);
  REQUIRE(all["samples"].size() == 3);
  CHECK(all["samples"][0]["depth"].size() == 16);
  const std::string tinted = tinymor_in(folder, "images --eval seen --data all --show depth").out;
  CHECK(tinted.find("\x1b[30;48;2;") != std::string::npos);
  CHECK(tinted.find("a 2, taken for a ") != std::string::npos);
  const Output quiet = tinymor_in(folder, "images --eval seen --data all --show depth --quiet");
  CHECK(quiet.out == tinted.substr(0, tinted.find('\n') + 1));
  CHECK(quiet.err == "");

  // Of a run whose images are others by now, it is said so, once.
  fs::copy(folder / "seen", folder / "repainted");
  const std::string config = read_file(folder / "seen/config.toml");
  write_file_atomically(folder / "repainted/config.toml",
                        std::string(config).replace(config.find("/pictures"), 9, "/all"));
  const Output changed = tinymor_in(folder, "images --eval repainted");
  CHECK(changed.status == 0);
  CHECK(changed.err.find("/all: has changed since the run was trained on it") != std::string::npos);
  CHECK(std::count(changed.err.begin(), changed.err.end(), '\n') == 1);
}

TEST_CASE("Ctrl-C and SIGTERM save and stop the training of a model of images, which is judged only once it is done") {
  const fs::path& folder = trained_eye();
  for (const char* signal : {"INT", "TERM"}) {
    CAPTURE(signal);
    const std::string run = fmt::format("hasty-{}", signal);
    // The step log tells when there is something to interrupt.
    const std::string script = fmt::format(
        "cd {0} && {{ {1} images --steps 1000000 --json --out {2} {3} >hasty.json 2>hasty.txt & pid=$!; until [ \"$(wc "
        "-l "
        "2>/dev/null <{2}/metrics.jsonl)\" -ge 5 ] 2>/dev/null; do sleep 0.01; done; kill -{4} $pid; wait $pid; }}",
        folder.string(), TINYMOR_PROGRAM, run, kTinyEye, signal);
    CHECK(std::system(script.c_str()) == 0);
    const json document = json::parse(read_file(folder / "hasty.json"));
    CHECK(document["step"].get<int64_t>() >= 4);
    CHECK(document["steps"] == 1000000);
    CHECK_FALSE(document.contains("accuracy"));
    CHECK_THAT(read_file(folder / "hasty.txt"), ContainsSubstring("images --resume --out " + run));
    const std::string more =
        fmt::format("images --resume --json --quiet --out {} --steps {}", run, document["step"].get<int64_t>() + 1);
    CHECK(json::parse(tinymor_in(folder, more).out).contains("accuracy"));
  }
}
