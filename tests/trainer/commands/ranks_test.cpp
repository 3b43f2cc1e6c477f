// Several processes that train one model (trainer/loop/ranks.h). Built where MPI is.
#ifdef TINYMOR_MPIEXEC

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "datasets/stories.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"

using namespace tinymor;

namespace {

/// What a command line prints and how it ends.
Output shell(const std::filesystem::path& folder, const std::string& command) {
  const int status =
      std::system(("cd " + folder.string() + " && " + command + " >out.txt 2>err.txt </dev/null").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder / "out.txt"), read_file(folder / "err.txt")};
}

/// `tinymor ARGUMENTS` on so many ranks.
Output on_ranks(const std::filesystem::path& folder, int ranks, const std::string& arguments) {
  return shell(folder, fmt::format("OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 {} "
                                   "--oversubscribe -n {} {} {}",
                                   TINYMOR_MPIEXEC, ranks, TINYMOR_PROGRAM, arguments));
}

/// What a run's metrics say, but for times.
std::string metrics_of(const std::filesystem::path& run) {
  std::istringstream lines(read_file(run / "metrics.jsonl"));
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    nlohmann::json entry = nlohmann::json::parse(line);
    for (const char* time : {"seconds", "tokens_per_second"}) entry.erase(time);
    all += entry.dump() + "\n";
  }
  return all;
}

std::string train(const std::string& out, int accumulation, const std::string& more) {
  return "train --data text.txt --steps 6 --threads 1 --quiet --set tokenizer=byte --set max_seq_len=16 "
         "--set d_model=16 --set d_ff=32 --set n_heads=2 --set n_kv_heads=2 --set batch_size=2 --set eval_every=3 "
         "--set checkpoint_every=4 --set grad_accumulation=" +
         std::to_string(accumulation) + " --out " + out + " " + more;
}

}  // namespace

TEST_CASE("ranks train the weights, to the bit, of one process with as many times the gradient accumulation") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "text.txt", make_stories(1, 4000));
  for (const char* model : {"", "--set routing=token_choice --set balancing=loss_free"}) {
    CAPTURE(model);
    const std::string kind = *model ? "token" : "expert";
    REQUIRE(tinymor_in(folder.path(), train(kind + "1", 4, model)).status == 0);
    const std::string weights = read_file(folder.path() / (kind + "1") / "model.safetensors");
    for (const int ranks : {1, 2, 4}) {
      CAPTURE(ranks);
      const std::string out = kind + "-" + std::to_string(ranks);
      const Output output = on_ranks(folder.path(), ranks, train(out, 4 / ranks, model));
      INFO(output.err);
      REQUIRE(output.status == 0);
      CHECK(read_file(folder.path() / out / "model.safetensors") == weights);
      CHECK(metrics_of(folder.path() / out) == metrics_of(folder.path() / (kind + "1")));
    }
  }
}

TEST_CASE("a run of some ranks goes on with another number of them, and what is wrong on all is said once") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "text.txt", make_stories(1, 4000));
  REQUIRE(on_ranks(folder.path(), 2, train("run", 1, "")).status == 0);
  const Output more = on_ranks(folder.path(), 3, "train --resume --out run --steps 8 --json");
  REQUIRE(more.status == 0);
  CHECK(nlohmann::json::parse(more.out)["step"] == 8);
  CHECK(more.err.find("sent by each of 3 ranks") != std::string::npos);
  CHECK(tinymor_in(folder.path(), "train --resume --out run --steps 9 --quiet").status == 0);
  // The text of rank 1 has changed since that of rank 0 was copied.
  std::string text = read_file(folder.path() / "text.txt");
  text[10] ^= 1;
  write_file_atomically(folder.path() / "other.txt", text);
  write_file_atomically(folder.path() / "either.sh",
                        "cp $([ $OMPI_COMM_WORLD_RANK = 0 ] && echo text.txt || echo other.txt) "
                        "own$OMPI_COMM_WORLD_RANK.txt\nexec " TINYMOR_PROGRAM
                        " train --data own$OMPI_COMM_WORLD_RANK.txt --steps 2 --out y --set tokenizer=byte\n");
  const Output differ =
      shell(folder.path(), "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 " TINYMOR_MPIEXEC
                           " --oversubscribe -n 2 sh either.sh");
  CHECK(differ.status == 2);
  CHECK(differ.err.find("rank 1 has another configuration, text or weights") != std::string::npos);
  const Output wrong = on_ranks(folder.path(), 2, "train --data nothing --out x");
  CHECK(wrong.status == 2);
  CHECK(wrong.err.find("nothing") == wrong.err.rfind("nothing"));
}

#endif
