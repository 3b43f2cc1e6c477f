#include "datasets/tokenizer.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "datasets/corpus.h"
#include "datasets/utf8.h"
#include "tensor/error.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/prompt.h"
#include "trainer/commands/training.h"
#include "trainer/loop/locked_folder.h"
#include "trainer/loop/run_folder.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

struct Options {
  std::string kind = "sentencepiece", data = "stories", folder, text;
  int64_t vocab_size = 512;
  std::vector<int32_t> ids;
  bool lossy = false, json = false, quiet = false;
};

void train(const Options& options) {
  const RunFolder run{options.folder};
  for (const std::filesystem::path& file : {run.weights(), run.trainer(), run.config()})
    check_input(!std::filesystem::exists(file),
                "--out: {} holds a model, which would not know the tokens of another tokenizer (name another folder)",
                options.folder);
  const LockedFolder folder(options.folder);
  const auto tell = [&](const std::string& text) {
    if (!options.quiet) tinymor::tell(text);
  };
  const std::unique_ptr<Tokenizer> tokenizer = where_memory_lasts(options.data, [&] {
    if (options.kind == "byte") return byte_tokenizer();
    const Corpus corpus(options.data, options.lossy);
    for (const std::string& note : corpus.notes()) tell(note);
    const TextParts text = corpus.parts();
    if (options.kind == "char") return train_char_tokenizer(text);
    return train_sentencepiece(sample_of(text, corpus.bytes()), options.vocab_size);
  });
  if (options.kind == "sentencepiece" && tokenizer->vocab_size() < options.vocab_size)
    tell(fmt::format("--vocab-size {}: the text gives only {} pieces, so the vocabulary has that many",
                     options.vocab_size, tokenizer->vocab_size()));
  tokenizer->save(folder.path());
  if (options.json)
    print_json({{"vocab_size", tokenizer->vocab_size()}, {"folder", options.folder}});
  else if (!options.quiet)
    fmt::print("{}", for_stdout(fmt::format("{} tokens in {}\n", tokenizer->vocab_size(), options.folder)));
}

void encode(const Options& options) {
  const std::unique_ptr<Tokenizer> tokenizer = load_tokenizer(options.folder);
  const std::vector<int32_t> ids = prompt_tokens(*tokenizer, options.text);
  std::vector<std::string> pieces;
  for (int32_t id : ids) pieces.push_back(tokenizer->piece(id));
  if (options.json)
    print_json({{"ids", ids}, {"pieces", pieces}});
  else
    fmt::print("{}\n", fmt::join(ids, " "));
}

void decode(const Options& options) {
  const std::string text = load_tokenizer(options.folder)->decode(options.ids);
  if (options.json)
    print_json({{"text", text}});
  else
    fmt::print("{}\n", for_stdout(as_utf8(text)));
}

}  // namespace

void add_tokenizer_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "tokenizer", "Train a tokenizer, or use one",
                                  "tinymor tokenizer encode runs/first --text \"Hello\"");
  command->require_subcommand(1);

  CLI::App* trainer = add_command(*command, "train", "Make a tokenizer from a text",
                                  "tinymor tokenizer train --data my.txt --vocab-size 1000 --out my-tokenizer");
  trainer->add_option("--kind", options->kind, "sentencepiece, byte or char")
      ->check(CLI::IsMember({"sentencepiece", "byte", "char"}))
      ->capture_default_str();
  trainer->add_option("--data", options->data, "Bundled data set, text file or folder")->capture_default_str();
  add_lossy_option(*trainer, options->lossy);
  trainer->add_option("--vocab-size", options->vocab_size, "Pieces to learn, at most (sentencepiece)")
      ->capture_default_str();
  trainer->add_option("--out", options->folder, "Folder to write it into")->required();
  trainer->add_flag("--json", options->json, "Print one JSON document");
  trainer->add_flag("--quiet", options->quiet, "Print nothing but errors");
  trainer->callback([options] { train(*options); });

  CLI::App* encoder =
      add_command(*command, "encode", "Text to token ids", "tinymor tokenizer encode runs/first --text \"Hello\"");
  encoder->add_option("FOLDER", options->folder, "Run folder, or folder of a tokenizer")->required();
  encoder->add_option("--text", options->text, "The text")->required();
  encoder->add_flag("--json", options->json, "Print one JSON document with ids and pieces");
  encoder->callback([options] { encode(*options); });

  CLI::App* decoder =
      add_command(*command, "decode", "Token ids to text", "tinymor tokenizer decode runs/first 72 101");
  decoder->add_option("FOLDER", options->folder, "Run folder, or folder of a tokenizer")->required();
  decoder->add_option("IDS", options->ids, "Token ids")->required()->check(between(0, INT32_MAX));
  decoder->add_flag("--json", options->json, "Print one JSON document");
  decoder->callback([options] { decode(*options); });
}

}  // namespace tinymor
