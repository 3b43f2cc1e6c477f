// Checkpoints that a run keeps, and runs that go on from them in folders of their own.

#include "support/catch.h"
#include "support/runs.h"
#include "support/temporary_folder.h"
#include "trainer/loop/image_trainer.h"
#include "trainer/loop/trainer.h"
#include "trainer/recording/recording.h"

#include "datasets/digits.h"
#include "datasets/images.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

/// At a constant rate, keeping a checkpoint at steps 6, 12, ...
Config constant(Config config) {
  config.train.schedule = ScheduleKind::constant;
  config.train.keep_every = 6;
  return config;
}

/// `config` with a cool-down over its last 4 steps of 16.
Config cooled(Config config) {
  config.train.schedule = ScheduleKind::trapezoid;
  config.train.steps = 16;
  config.train.cooldown_fraction = 0.25;
  return config;
}

/// What makes that of the run in `from`.
Resumption cooling(const fs::path& from) {
  return {.steps = 16, .sets = {"train.schedule=trapezoid", "train.cooldown_fraction=0.25"}, .from = from};
}

std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[entry.path().string()] = read_file(entry.path());
  return files;
}

template <class Run>
void check_branch(const Config& config, const fs::path& at) {
  Run(config, at / "long").run();
  Run(cooled(config), at / "cooled").run();
  const auto before = files_of(at / "long"), whole = bits(at / "cooled");
  const fs::path kept = at / "long/checkpoints/step-000012";
  Run::resume(at / "branch", cooling(kept)).run();
  CHECK(bits(at / "branch") == whole);
  const Recording recording = read_recording(at / "branch/recording.mortrace");
  CHECK(recording.steps.size() == 16);
  CHECK(recording.evals.size() == 4);  // steps 0, 6, 12 and 16

  train_until(Run::resume(at / "stopped", cooling(kept)), 14);
  Run::resume(at / "stopped").run();
  CHECK(bits(at / "stopped") == whole);
  CHECK(files_of(at / "long") == before);
}

}  // namespace

TEST_CASE("a run that goes on from a kept checkpoint is bit for bit the long run, had that cooled down there") {
  const TemporaryFolder folder;
  check_branch<Trainer>(constant(tiny_text_run(folder.path(), 20)), folder.path() / "text");
  write_images(make_digit_split(1, 20), folder.path() / "digits");
  Config images = constant(tiny(image_defaults(), 20));
  images.data.source = (folder.path() / "digits").string();
  check_branch<ImageTrainer>(images, folder.path() / "images");
}

TEST_CASE("a whole run can be gone on from as well, without its logs where they are gone, and never over another run") {
  const TemporaryFolder folder;
  const Config config = constant(tiny_text_run(folder.path(), 12));
  Trainer(config, folder.path() / "long").run();
  Trainer(cooled(config), folder.path() / "cooled").run();
  Trainer::resume(folder.path() / "branch", cooling(folder.path() / "long")).run();
  CHECK(bits(folder.path() / "branch") == bits(folder.path() / "cooled"));

  fs::rename(folder.path() / "long/checkpoints/step-000006", folder.path() / "moved");
  Trainer::resume(folder.path() / "unlogged", cooling(folder.path() / "moved")).run();
  CHECK(bits(folder.path() / "unlogged").at("model.safetensors") ==
        bits(folder.path() / "cooled").at("model.safetensors"));
  CHECK(read_recording(folder.path() / "unlogged/recording.mortrace").steps.size() == 10);

  const auto before = files_of(folder.path());
  CHECK_THROWS_WITH(Trainer::resume(folder.path() / "branch", cooling(folder.path() / "long")),
                    ContainsSubstring("already exists and is not empty"));
  Resumption late = cooling(folder.path() / "long");
  late.steps = 12;
  CHECK_THROWS_WITH(Trainer::resume(folder.path() / "late", late), ContainsSubstring("is already at step 12"));
  CHECK(files_of(folder.path()) == before);
}

TEST_CASE(
    "a kept checkpoint is the model of its step, whole however the run was killed, and the branch's best its own") {
  const TemporaryFolder folder;
  Config config = constant(tiny_text_run(folder.path(), 12));
  config.train.lr = 0.3;  // learns for a few steps, then unlearns
  config.train.eval_every = 3;
  config.train.warmup_steps = 0;
  const fs::path run = folder.path() / "run", kept = run / "checkpoints/step-000006";
  Trainer(config, run).run();
  Config shorter = config;
  shorter.train.steps = 6;
  Trainer(shorter, folder.path() / "shorter").run();
  CHECK(weights_of(kept).file == kept / "model.safetensors");
  CHECK(read_file(kept / "model.safetensors") == read_file(folder.path() / "shorter/model.safetensors"));
  CHECK(load_model(kept).tokenizer->vocab_size() == load_model(run).tokenizer->vocab_size());

  const fs::path killed = folder.path() / "killed";
  train_until(Trainer(config, killed), 5);
  fs::create_directories(killed / "checkpoints/step-000006");
  write_file_atomically(killed / "checkpoints/step-000006/trainer.safetensors", "torn");
  Trainer::resume(killed).run();
  CHECK(bits(killed) == bits(run));
  for (const char* name : {"model.safetensors", "config.toml", "tokenizer.json"})
    CHECK(read_file(killed / "checkpoints/step-000006" / name) == read_file(kept / name));

  const Progress progress = read_progress({run});
  REQUIRE(progress.best.step < 12);
  Trainer::resume(folder.path() / "branch", {.steps = 15, .from = run}).run();
  CHECK(read_progress({folder.path() / "branch"}).best.step > 12);
  CHECK(fs::exists(folder.path() / "branch/best.safetensors"));
}

TEST_CASE("a run keeps its patience, however often it is killed, and who resumes it after that is patient again") {
  const TemporaryFolder folder;
  Config config = tiny_text_run(folder.path(), 60);
  config.train.lr = 0.3;
  config.train.schedule = ScheduleKind::constant;
  config.train.warmup_steps = 0;
  config.train.eval_every = 3;
  config.train.patience = 2;
  Trainer whole(config, folder.path() / "whole");
  whole.run();
  CHECK(whole.out_of_patience());
  CHECK(whole.step() == whole.best().step + 6);
  REQUIRE(whole.step() < 50);
  for (int64_t step = whole.best().step - 1; step < whole.step(); ++step) {
    const fs::path run = folder.path() / std::to_string(step);
    train_until(Trainer(config, run), step);
    Trainer::resume(run).run();
    CHECK(bits(run) == bits(folder.path() / "whole"));
  }
  Trainer patient = Trainer::resume(folder.path() / "whole", {.sets = {"train.lr=1e-9"}});
  CHECK_FALSE(patient.out_of_patience());
  const int64_t before = patient.step();
  patient.run();
  CHECK(patient.step() == before + 6);
}

TEST_CASE("a run from before there were keys that ask for nothing by default goes on to the same bits") {
  const TemporaryFolder folder;
  const Config config = tiny_text_run(folder.path(), 8);
  for (const char* name : {"whole", "older"}) train_until(Trainer(config, folder.path() / name), 5);
  std::istringstream lines(read_file(folder.path() / "older/config.toml"));
  constexpr const char* newer_keys[] = {"min_lr",    "keep_every",     "patience",
                                        "teacher ",  "teacher_weight", "teacher_temperature",
                                        "exit_loss", "entropy_coeff",  "exit_cost"};
  std::string older;
  int64_t left_out = 0;
  for (std::string line; std::getline(lines, line);) {
    bool newer = false;
    for (const char* key : newer_keys) newer |= line.starts_with(key);
    left_out += newer;
    if (!newer) older += line + "\n";
  }
  REQUIRE(left_out == std::ssize(newer_keys));
  write_file_atomically(folder.path() / "older/config.toml", older);
  for (const char* name : {"whole", "older"}) Trainer::resume(folder.path() / name).run();
  CHECK(bits(folder.path() / "older") == bits(folder.path() / "whole"));
}
