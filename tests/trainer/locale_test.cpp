// A program that uses tinymor may have set a locale that writes 1.234,5; files keep their point.

#include <clocale>
#include <locale>

#include "support/catch.h"
#include "support/runs.h"
#include "support/temporary_folder.h"
#include "tensor/json.h"
#include "trainer/loop/trainer.h"
#include "trainer/recording/recording.h"
#include "trainer/serving/completion_request.h"

using namespace tinymor;

namespace {

struct Commas : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\1"; }
};

/// Until the end of the scope C++ writes 1.2.3,4, and so does C where the system has such a locale.
class CommaLocale {
 public:
  CommaLocale() : before_(std::locale::global(std::locale(std::locale::classic(), new Commas))) {
    for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "ru_RU.UTF-8"})
      if (std::setlocale(LC_ALL, name)) break;
  }
  CommaLocale(const CommaLocale&) = delete;
  CommaLocale& operator=(const CommaLocale&) = delete;
  ~CommaLocale() { std::locale::global(before_); }

 private:
  std::locale before_;
};

/// What is read and written on the way of a run in `run`.
std::map<std::string, std::string> written(const std::filesystem::path& folder, const std::string& run) {
  Config config = config_from_toml(config_to_toml(tiny_text_run(folder, 12)), "FILE");
  set_config_key(config, "train.lr=0.0015");
  Trainer(config, LockedFolder(folder / run)).run();
  std::map<std::string, std::string> files = bits(folder / run);
  const Recording told = read_recording(folder / run / "recording.mortrace");
  files["json"] = json_text({{"loss", told.evals.back().threshold_loss}, {"large", 1234567.5}});
  const CompletionRequest request = parse_completion_request(R"({"prompt": "a", "top_p": 0.25})");
  files["request"] = request.sampling.top_p == 0.25 ? "a quarter" : "another number";
  return files;
}

}  // namespace

TEST_CASE("files have the same bytes in a locale that writes a comma, and are read back") {
  const TemporaryFolder folder;
  const auto expected = written(folder.path(), "usual");
  const CommaLocale commas;
  std::ostringstream shown;
  shown << 1234.5;
  REQUIRE(shown.str() == "1.2.3.4,5");
  CHECK(written(folder.path(), "commas") == expected);
}
