// What the program does not understand, cannot read or cannot write: one clear line, and the exit status that says
// whose fault it is.

#include <sys/stat.h>

#include <algorithm>

#include "support/catch.h"
#include "support/program.h"
#include "support/trained_runs.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

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
  const std::string bytes = R"({"model.embed_tokens.weight":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}})";
  write("quantised", "model.safetensors", std::string{char(bytes.size()), 0, 0, 0, 0, 0, 0, 0} + bytes + "xx");
  write("several", "config.json", R"({"model_type": "llama"})");
  for (const char* file : {"a.safetensors", "b.safetensors"}) write("several", file, ours);
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
  write_file_atomically(folder / "empty.safetensors", "");
  write_file_atomically(folder / "text.safetensors", "Mia had a red ball.");
  std::string flipped = model;
  flipped[flipped.find("\"shape\"")] ^= 4;
  write_file_atomically(folder / "flipped.safetensors", flipped);
  write_file_atomically(folder / "empty.txt", "");
  write_file_atomically(folder / "short.txt", "Mia.");
  write_file_atomically(folder / "letter.txt", "M");
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
  const std::string recursive = " --set model.sharing=middle_cycle --set model.n_recursions=3";
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
      {"train --data text.txt --out ''", "--out: is empty"},
      {"train --data '' --out new", "--data: is empty"},
      {"inspect text.txt", "text.txt:1:"},
      {"train --set 'router.capacity=[1,\"a\",0.3]' --out new", "router.capacity: a text in a list of numbers"},
      {"inspect run/trainer.safetensors", "use the model.safetensors beside it"},
      {"train --resume --out nowhere", "nowhere"},
      {"train --resume --from vanilla/model.safetensors --out new", "is no run with a checkpoint to go on from"},
      {"train --resume --from vanilla --out run", "run: already exists and is not empty"},
      {"train --resume --from vanilla --out new", "vanilla is already at step"},
      {"train --resume --from run --checkpoint best --out new", "--checkpoint"},
      {"train --resume --from vanilla --out vanilla/new", "--out vanilla/new: is inside --from"},
      {"train --twin vanilla --set model.kv_cache=shared --set model.kv_sharing=cycle --out new", "kv_sharing"},
      {"compare run vanilla --csv same --png same", "name two files"},
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
      {"uptrain --from vanilla --data nowhere.txt --out new" + recursive, "nowhere.txt"},
      {"uptrain --from vanilla --out run" + recursive, "--resume"},
      {"uptrain --from vanilla --set max_seq_len=16 --out new", "the model would be the vanilla one again (add --set"},
      {"uptrain --from vanilla --set model.sharing=middle_cycle --set n_recursions=4 --out new",
       "4 does not divide the 6 inner layers of the source model (give 2, 3, 6)"},
      {"eval nowhere", "nowhere"},
      {"inspect nowhere", "train one"},
      {"eval foreign", "a \"gpt2\" model of Hugging Face without model.safetensors"},
      {"inspect foreign", "a \"gpt2\" model of Hugging Face without model.safetensors"},
      {"uptrain --from sharded --out new", "sharded/config.json: is missing"},
      {"generate several --prompt a", "without model.safetensors, or an index"},
      {"generate half --prompt a", "without a config.json beside them"},
      {"generate quantised --prompt a", "\"I8\", and only F32, F16 and BF16 are read"},
      {"generate unmarked --prompt a", "config.json: \"vocab_size\": null is not a whole number"},
      {"generate scaled --prompt a", "config.json beside it: \"rope_scaling\""},
      {"train --resume --steps 9 --out rescaled", "rescaled/config.json: \"rope_scaling\""},
      {"generate tokenizers --prompt a", "tokenizer.json: it has no vocabulary"},
      {"export run --to hf new", "run: is a Mixture-of-Recursions model"},
      {"export vanilla new", "--to"},
      {"export vanilla --to onnx new", "--to"},
      {"export vanilla --to hf", "DIR"},
      {"export vanilla --to hf ''", "DIR: is empty"},
      {"export vanilla --to hf other", "other: is not empty"},
      {"export vanilla --to hf text.txt/new", "text.txt"},
      {"export seen --to hf new", "seen"},
      {"export nowhere --to hf new", "nowhere"},
      {"eval truncated.safetensors --data text.txt", "its data_offsets leave the file (damaged"},
      {"eval empty.safetensors --data text.txt", "only 0 bytes long (damaged"},
      {"eval text.safetensors --data text.txt", "bytes long (damaged, or not a safetensors file)"},
      {"eval flipped.safetensors --data text.txt", "flipped.safetensors: "},
      {"eval run --data letter.txt", "tokens"},
      {"eval run --rule best", "--rule"},
      {"eval other --data text.txt", "tokenizer"},
      {"generate run/model.safetensors", "--prompt: is missing"},
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
      {"trace run --text 'Mia had' --depths 1,2,3,4", "give at most 3"},
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
