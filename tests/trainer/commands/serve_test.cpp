#ifdef TINYMOR_HTTPLIB
#include <httplib.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/trained_run.h"
#include "trainer/recording/recording.h"

using namespace tinymor;

TEST_CASE("serve says where it is, answers as generate does, refuses a taken port, and ends at SIGTERM") {
  const TemporaryFolder folder;
  const std::filesystem::path said = folder.path() / "said.txt";
  const std::filesystem::path recorded = folder.path() / "calls.mortrace";
  const std::string run = (trained() / "run").string();
  const pid_t child = fork();
  if (child == 0) {
    const int file = open(said.c_str(), O_CREAT | O_WRONLY, 0600);
    dup2(file, STDERR_FILENO);
    execl(TINYMOR_PROGRAM, TINYMOR_PROGRAM, "serve", run.c_str(), "--port", "0", "--threads", "1", "--record",
          recorded.c_str(), nullptr);
    _exit(127);
  }
  const std::string before = "http://127.0.0.1:";
  size_t at = std::string::npos;
  for (int i = 0; i < 1000 && at == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (std::filesystem::exists(said)) at = read_file(said).find(before);
  }
  REQUIRE(at != std::string::npos);
  const int port = std::stoi(read_file(said).substr(at + before.size()));

  httplib::Client client("127.0.0.1", port);
  const nlohmann::json body = {{"prompt", "Once"}, {"max_tokens", 12}, {"seed", 3}, {"echo", true}};
  const auto result = client.Post("/v1/completions", body.dump(), "application/json");
  REQUIRE(result);
  const Output generated = tinymor_in(trained(), "generate run --prompt Once --max-tokens 12 --seed 3 --json");
  const auto alone = nlohmann::json::parse(generated.out), answer = nlohmann::json::parse(result->body);
  CHECK(answer["choices"][0]["text"] == alone["text"]);
  CHECK(answer["model"] == "run");
  for (size_t i = 0; i < alone["tokens"].size(); ++i)
    CHECK(answer["choices"][0]["depths"][i] == alone["tokens"][i]["depth"]);

  const Recording recording = read_recording(recorded);
  CHECK(recording.notice == "");
  CHECK(recording.served.size() > 12);

  const Output second = tinymor_in(trained(), "serve run --port " + std::to_string(port));
  CHECK(second.status == 2);
  CHECK(second.err.find("error: serve: cannot listen at 127.0.0.1, port") != std::string::npos);

  REQUIRE(kill(child, SIGTERM) == 0);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("a recording that cannot be written is refused in one line") {
  for (const char* file : {"run", "nowhere/calls.mortrace", "run/recording.mortrace"}) {
    const Output output = tinymor_in(trained(), std::string("serve run --port 0 --record ") + file);
    INFO(file << ": " << output.err);
    CHECK(output.status == 2);
    CHECK(output.err.starts_with("error: "));
    CHECK(std::count(output.err.begin(), output.err.end(), '\n') == 1);
  }
}

TEST_CASE("a size of cache that makes no sense is refused") {
  for (const char* size : {"x", "0", "-1M", "256MB", "1.5G", "99999999999G", "M"}) {
    const Output output = tinymor_in(trained(), std::string("serve run --cache ") + size);
    INFO(size << ": " << output.err);
    CHECK(output.status == 2);
    CHECK(output.err.find("is not a size (as in 256M or 2G)") != std::string::npos);
  }
}
#endif
