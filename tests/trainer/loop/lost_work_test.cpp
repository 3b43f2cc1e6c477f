// What must not be lost: a run that another process writes, the weights that were best, a run's data.

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <thread>

#include "datasets/corpus.h"
#include "datasets/stories.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/runs.h"
#include "support/temporary_folder.h"
#include "support/trained_run.h"
#include "tensor/error.h"
#include "trainer/loop/run_folder.h"
#include "trainer/loop/trainer.h"
#include "trainer/recording/recording.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

/// A small run that learns at first and then, with far too high a learning rate, unlearns.
Config unlearning(const fs::path& folder, int64_t steps) {
  Config config = tiny_text_run(folder, steps);
  config.train.lr = 0.3;
  config.train.schedule = ScheduleKind::constant;
  config.train.warmup_steps = 0;
  config.train.eval_every = 3;
  return config;
}

const std::string kTiny = kTinyModel + " --set train.schedule=constant ";

/// A folder with a text and a run of 20 steps on it.
struct Trained {
  TemporaryFolder folder;
  Trained() {
    write_file_atomically(folder.path() / "text.txt", make_stories(1, 6000));
    REQUIRE(run("train --quiet --steps 20 --out run" + kTiny).status == 0);
  }
  Output run(const std::string& arguments) const { return tinymor_in(folder.path(), arguments); }
  fs::path operator/(const char* name) const { return folder.path() / name; }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

long lines_of(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

/// All files of a folder, with when they were written.
std::map<std::string, std::pair<std::string, fs::file_time_type>> all_of(const fs::path& folder) {
  std::map<std::string, std::pair<std::string, fs::file_time_type>> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    files[entry.path().filename()] = {read_file(entry), entry.last_write_time()};
  return files;
}

/// Starts `tinymor ARGUMENTS` in `folder` on a terminal of its own, the other end of which is `screen`.
pid_t start_on_terminal(const fs::path& folder, const std::string& arguments, int& screen) {
  screen = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(screen);
  unlockpt(screen);
  const std::string name = ptsname(screen),
                    command = "cd " + folder.string() + " && exec " TINYMOR_PROGRAM " " + arguments;
  const pid_t child = fork();
  if (child != 0) return child;
  setsid();
  const int terminal = open(name.c_str(), O_RDWR);
  ioctl(terminal, TIOCSCTTY, 0);
  for (const int descriptor : {0, 1, 2}) dup2(terminal, descriptor);
  close(screen);
  execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  _exit(127);
}

bool has_lines(const fs::path& file, long count) {
  if (!fs::exists(file)) return false;
  return lines_of(read_file(file)) >= count;
}

}  // namespace

TEST_CASE("the weights with the lowest held-out loss are kept beside the newest, however often the run is killed") {
  const TemporaryFolder folder;
  const Config config = unlearning(folder.path(), 30);
  Trainer(config, folder.path() / "whole").run();
  const Recording recording = read_recording(folder.path() / "whole" / "recording.mortrace");
  EvalMetrics lowest{.threshold_loss = 1e9};
  for (const EvalMetrics& metrics : recording.evals)
    if (metrics.step > 0 && metrics.threshold_loss < lowest.threshold_loss) lowest = metrics;
  REQUIRE(lowest.step < 30);
  const Progress progress = read_progress({folder.path() / "whole"});
  CHECK(progress.best.step == lowest.step);
  CHECK(progress.best.loss == Approx(lowest.threshold_loss).epsilon(1e-6));
  // They are what the run had at that step.
  Trainer(unlearning(folder.path(), lowest.step), folder.path() / "short").run();
  CHECK(read_file(folder.path() / "whole/best.safetensors") == read_file(folder.path() / "short/model.safetensors"));

  const auto whole = bits(folder.path() / "whole");
  for (int64_t step = 1; step <= lowest.step + 4; ++step) {
    INFO("killed at step " << step);
    const fs::path run = folder.path() / fmt::format("stopped-{}", step);
    train_until(Trainer(config, run), step);
    // As if killed after trainer.safetensors was replaced and before the others were.
    write_file_atomically(run / "model.safetensors", "older");
    if (read_progress({run}).best.step == step) write_file_atomically(run / "best.safetensors", "older");
    Trainer::resume(run).run();
    CHECK(bits(run) == whole);
  }
}

TEST_CASE("models are loaded with their best weights unless the newest are asked for, and it is said which") {
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  Trainer(unlearning(folder.path(), 30), run).run();
  const int64_t best = read_progress({run}).best.step;
  REQUIRE(best < 30);
  CHECK(weights_of(run).file == run / "best.safetensors");
  CHECK(contains(weights_of(run).note, fmt::format("best weights of step {} ", best)));
  CHECK(weights_of(run, Checkpoint::newest).file == run / "model.safetensors");
  CHECK(weights_of(run / "model.safetensors").file == run / "model.safetensors");
  CHECK(load_model(run).model->state_dict().at("model.norm.weight").to_vector() ==
        load_model(run / "best.safetensors").model->state_dict().at("model.norm.weight").to_vector());
  const auto text = [&](const std::string& arguments) {
    const Output result = tinymor_in(folder.path(), "generate run --prompt Mia " + arguments);
    CHECK(result.status == 0);
    return std::pair(result.out, result.err);
  };
  const auto [of_best, says_best] = text("");
  const auto [of_newest, says_newest] = text("--checkpoint newest");
  CHECK(of_best != of_newest);
  CHECK(contains(says_best, fmt::format("the best weights of step {} ", best)));
  CHECK(contains(says_newest, "the newest weights of step 30"));
  CHECK(text("--quiet").second == "");
  for (const char* command : {"eval run", "trace run --text Mia", "inspect run"})
    CHECK(tinymor_in(folder.path(), std::string(command) + " --checkpoint newest").status == 0);
  CHECK(tinymor_in(folder.path(), "eval run").out != tinymor_in(folder.path(), "eval run --checkpoint newest").out);
  // Where they are the same, or only one is there, there is nothing to say.
  fs::copy_file(run / "best.safetensors", run / "model.safetensors", fs::copy_options::overwrite_existing);
  CHECK(weights_of(run).note == "");
  fs::remove(run / "best.safetensors");
  CHECK(weights_of(run).file == run / "model.safetensors");
}

TEST_CASE("training says once that held-out loss is rising") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "text.txt", make_stories(1, 6000));
  const Output result = tinymor_in(folder.path(),
                                   "train --steps 60 --out run --set train.lr=0.3 --set train.warmup_steps=0 "
                                   "--set train.eval_every=3" +
                                       kTiny);
  REQUIRE(result.status == 0);
  const size_t first = result.err.find("the held-out loss has not been below that of step ");
  REQUIRE(first != std::string::npos);
  CHECK(contains(result.err, "best.safetensors"));
  CHECK(result.err.find("held-out loss has been rising", first + 1) == std::string::npos);
}

TEST_CASE("a folder that is written by one process is refused to others until that is done") {
  const Trained trained;
  const fs::path run = trained / "run";
  {
    Trainer trainer = Trainer::resume(run, {.steps = 22});
    const std::string holder = fmt::format("process {} on ", getpid());
    for (const char* command : {"train --resume --out run", "train --out run", "images --out run",
                                "uptrain --from run --out run", "tokenizer train --kind byte --out run"}) {
      INFO(command);
      const Output second = trained.run(command);
      CHECK(second.status == 2);
      CHECK((contains(second.err, holder) || contains(second.err, "holds a model") || contains(second.err, "routing")));
    }
    CHECK_THROWS_WITH(Trainer::resume(run), ContainsSubstring(holder));
    CHECK(trained.run("generate run --prompt Mia --max-tokens 1").status == 0);  // reading is free
    trainer.run();
    CHECK(trained.run("train --quiet --resume --steps 23 --out run").status ==
          0);  // it has ended, though it still lives
    CHECK_THROWS_WITH(trainer.run(), ContainsSubstring("has ended"));
  }
  CHECK(has_lines(run / "metrics.jsonl", 23));
  CHECK_FALSE(fs::exists(run / ".lock"));
}

TEST_CASE("runs that begin at the same time without a name get one each") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "text.txt", make_stories(1, 6000));
  const std::string one = TINYMOR_PROGRAM " train --quiet --steps 3" + kTiny;
  const std::string script =
      "cd " + folder.path().string() + " && " + one + " & cd " + folder.path().string() + " && " + one + " & wait";
  REQUIRE(std::system(script.c_str()) == 0);
  for (const char* name : {"run-1", "run-2"}) CHECK(has_lines(folder.path() / "runs" / name / "metrics.jsonl", 3));
  const Output refused = tinymor_in(folder.path(), "train --data nowhere.txt");
  CHECK(refused.status == 2);
  CHECK_FALSE(fs::exists(folder.path() / "runs" / "run-3"));
  // A run on the folder that it is in says which models it leaves out, and nothing of its own lock.
  const Output around = tinymor_in(folder.path(), "train --steps 1" + kTiny + "--data .");
  CHECK(around.status == 0);
  CHECK(contains(around.err, "runs/run-2 (the folder of a model)\n"));
  CHECK(fs::exists(folder.path() / "runs" / "run-3"));
}

TEST_CASE("a run goes on only with the text that it was trained on, unless another one is named") {
  const Trained trained;
  REQUIRE(trained.run("train --quiet --steps 24 --out whole" + kTiny).status == 0);
  const auto before = bits(trained / "run");
  const std::string text = read_file(trained / "text.txt");

  fs::rename(trained / "text.txt", trained / "moved.txt");
  for (const char* command : {"train --resume --steps 24 --out run", "eval run"}) {
    const Output missing = trained.run(command);
    CHECK(missing.status == 2);
    CHECK(contains(missing.err, "text.txt: "));
    CHECK(contains(missing.err, "--data FILE or FOLDER"));
  }
  write_file_atomically(trained / "text.txt", text + "One more line.\n");
  const Output changed = trained.run("train --resume --steps 24 --out run");
  CHECK(changed.status == 2);
  CHECK(contains(changed.err, "has changed"));
  CHECK(contains(changed.err, "--data"));
  const Output judged = trained.run("eval run");
  CHECK(judged.status == 0);
  CHECK(contains(judged.err, "text.txt: has changed since the run was trained on it"));
  CHECK(lines_of(judged.err) == 1);
  CHECK(trained.run("eval run --quiet").err == "");
  CHECK(bits(trained / "run") == before);

  const Output moved = trained.run("train --resume --steps 24 --out run --data moved.txt");
  CHECK(moved.status == 0);
  CHECK(contains(moved.err, "moved.txt, the data that it was trained on"));
  CHECK_FALSE(contains(trained.run("eval run").err, "has changed"));
  CHECK(read_file(trained / "run/model.safetensors") == read_file(trained / "whole/model.safetensors"));

  const Output other = trained.run("train --resume --steps 26 --out run --data text.txt");
  CHECK(other.status == 0);
  CHECK(contains(other.err, "text.txt, which is not what it was trained on"));
  CHECK(trained.run("train --resume --steps 27 --out run").status == 0);  // and that is its text from then on
  CHECK(read_progress({trained / "run"}).best.step > 24);  // what was best on another text is not best here
}

TEST_CASE(
    "what a run leaves behind when it dies before its first checkpoint is not in the way of a new one, other files "
    "are") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "text.txt", make_stories(1, 4000));
  const std::string refused = "already exists and is not empty";
  const std::vector<std::pair<std::vector<const char*>, std::string>> table{
      {{".lock", "config.toml", "tokenizer.model", ".trainer.safetensors.tmp"}, ""},
      {{".lock", "config.toml", ".tokenizer.model.tmp"}, ""},
      {{".config.toml.tmp"}, ""},
      {{"config.toml"}, refused},  // it may be a person's own
      {{"config.toml", "tokenizer.model", "notes.txt"}, refused},
      {{".git"}, refused}};
  for (size_t row = 0; row < table.size(); ++row) {
    CAPTURE(row);
    const std::string name = "run-" + std::to_string(row);
    std::filesystem::create_directory(folder.path() / name);
    for (const char* file : table[row].first) write_file_atomically(folder.path() / name / file, "");
    const Output output = tinymor_in(folder.path(), "train --quiet --steps 1 --out " + name + kTinyModel);
    CHECK(output.status == (table[row].second.empty() ? 0 : 2));
    CHECK_THAT(output.err, ContainsSubstring(table[row].second));
  }
}

TEST_CASE("nothing of a run is written, nor said to go on, where no step is left to train") {
  const Trained trained;
  write_file_atomically(trained / "other.txt", make_stories(2, 6000));
  const auto before = all_of(trained / "run");
  for (const char* change : {"", "--data other.txt", "--steps 20 --data text.txt", "--set train.lr=0.5 --seed 9"}) {
    CAPTURE(change);
    const Output finished = trained.run(std::string("train --resume --out run ") + change);
    CHECK(finished.status == 0);
    CHECK(contains(finished.err, "there is nothing left to train"));
    CHECK(lines_of(finished.err) == 1);
    CHECK(all_of(trained / "run") == before);
  }
  Trainer::resume(trained / "run", {.data = (trained / "other.txt").string()}).run();
  CHECK(all_of(trained / "run") == before);
}

TEST_CASE("a run goes on with changed keys of [train], says so, and keeps its model") {
  const Trained trained;
  const Output changed = trained.run("train --resume --steps 22 --out run --set train.lr=0.01");
  CHECK(changed.status == 0);
  CHECK(contains(changed.err, "goes on with train.lr=0.01\n"));
  CHECK(contains(read_file(trained / "run/config.toml"), "\nlr = 0.01 "));
  const Output seed = trained.run("train --resume --steps 23 --out run --seed 5");
  CHECK(contains(seed.err, "goes on with train.seed=5\n"));
  struct Row {
    std::string arguments, says;
  };
  const auto before = bits(trained / "run");
  for (const auto& [arguments, says] : {Row{"--set model.d_model=64", "[train]"},
                                        {"--set data.tokenizer=byte", "[train]"},
                                        {"--set data.source=other.txt", "--data"},
                                        {"--twin vanilla", "--twin"},
                                        {"run/config.toml", "run/config.toml"},
                                        {"--set train.lr=-1", "train.lr"},
                                        {"--steps 10", "is already at step 23"}}) {
    INFO(arguments);
    const Output refused = trained.run("train --resume --out run " + arguments);
    CHECK(refused.status == 2);
    CHECK(contains(refused.err, says));
    CHECK(std::count(refused.err.begin(), refused.err.end(), '\n') == 1);
  }
  const Output finished = trained.run("train --resume --out run --steps 23");
  CHECK(finished.status == 0);
  CHECK(contains(finished.err, "is already at step 23"));
  CHECK_FALSE(contains(finished.err, "done"));
  CHECK(bits(trained / "run") == before);
}

TEST_CASE("a run whose config.toml was edited in what a run keeps neither goes on nor is judged until it is put back") {
  const Trained trained;
  REQUIRE(trained.run("train --quiet --steps 4 --out mor --set model.max_seq_len=16 --set train.batch_size=2").status ==
          0);
  const std::string whole = read_file(trained / "mor/config.toml");
  struct Row {
    std::string line, edited;
  };
  for (const auto& [line, edited] : {Row{"alpha = 0.1", "alpha = 0.2"},
                                     {"n_layers = 8", "n_layers = 14"},
                                     {"val_fraction = 0.1", "val_fraction = 0.3"},
                                     {"kv_cache = \"recursion_wise\"", "kv_cache = \"shared\""}}) {
    INFO(edited);
    const size_t at = whole.find(line);
    REQUIRE(at != std::string::npos);
    write_file_atomically(trained / "mor/config.toml", std::string(whole).replace(at, line.size(), edited));
    for (const char* arguments : {"train --resume --steps 6 --out mor", "eval mor"}) {
      const Output refused = trained.run(arguments);
      CHECK(refused.status == 2);
      CHECK(contains(refused.err, "mor/config.toml: the run was trained with "));
      CHECK(contains(refused.err, "." + line.substr(0, line.find(' ')) + "="));
    }
  }
  write_file_atomically(trained / "mor/config.toml", whole);
  CHECK(trained.run("eval mor --quiet").status == 0);
  CHECK(trained.run("train --resume --steps 6 --quiet --out mor").status == 0);
}

TEST_CASE("a run whose recording is none is refused before its text is read") {
  const Trained trained;
  write_file_atomically(trained / "run/recording.mortrace", "PNG, or something else");
  fs::remove(trained / "text.txt");
  const Output refused = trained.run("train --resume --steps 25 --out run");
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "recording.mortrace: is not a recording"));
}

TEST_CASE("a run with a pipe among its files is refused, where reading or writing it would wait for ever") {
  const Trained trained;
  for (const char* file : {"model.safetensors", "metrics.jsonl", "recording.mortrace"}) {
    INFO(file);
    const fs::path path = trained / "run" / file, aside = trained / "aside";
    fs::rename(path, aside);
    REQUIRE(mkfifo(path.c_str(), 0666) == 0);
    const Output refused = trained.run("train --resume --steps 25 --out run");
    CHECK(refused.status == 2);
    CHECK(contains(refused.err, std::string(file) + ": is not a file"));
    fs::rename(aside, path);
  }
}

TEST_CASE("a hangup, and a terminal that is closed, save and stop a run that then goes on to the same end") {
  const Trained trained;
  REQUIRE(trained.run("train --quiet --steps 400 --out whole" + kTiny).status == 0);
  for (const bool closed : {false, true}) {
    const std::string run = closed ? "closed" : "hangup";
    int screen = -1;
    const pid_t child = start_on_terminal(trained.folder.path(), "train --steps 400 --out " + run + kTiny, screen);
    std::thread reader([&, seen = dup(screen)] {
      char some[4096];
      while (!closed && read(seen, some, sizeof some) > 0) continue;
      close(seen);
    });
    while (!has_lines(trained / run.c_str() / "metrics.jsonl", 5)) usleep(5000);
    if (!closed) kill(child, SIGHUP);
    if (closed) reader.join(), close(screen);
    int status = -1;
    waitpid(child, &status, 0);
    if (!closed) close(screen), reader.join();
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK_FALSE(has_lines(trained / run.c_str() / "metrics.jsonl", 400));
    CHECK(trained.run("train --quiet --resume --out " + run).status == 0);
    CHECK(read_file(trained / run.c_str() / "model.safetensors") == read_file(trained / "whole/model.safetensors"));
  }
}

TEST_CASE("a text that memory does not hold is named") {
  const auto load = [] { return where_memory_lasts("big.txt", []() -> int { throw std::bad_alloc(); }); };
  CHECK_THROWS_AS(load(), InputError);
  CHECK_THROWS_WITH(load(), ContainsSubstring("big.txt") && ContainsSubstring("part"));
}
