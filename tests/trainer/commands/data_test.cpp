// The data sets and tokenizers of the command line.

#include <fmt/format.h>

#include "datasets/digits.h"
#include "datasets/puzzles.h"
#include "datasets/stories.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/trained_run.h"

using namespace tinymor;
namespace fs = std::filesystem;

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

TEST_CASE("a text that is not all UTF-8 is refused by its place, and trained and judged on where --lossy asks for it") {
  const fs::path& folder = trained();
  const std::string good = make_stories(1, 3000);
  write_file_atomically(folder / "latin.txt", good + "caf\xE9\n" + make_stories(2, 3000));
  const std::string latin =
      "train --data latin.txt --steps 2 --out latin" + kTinyModel.substr(0, kTinyModel.find(" --set data.source"));
  const Output refused = tinymor_in(folder, latin);
  CHECK(refused.status == 2);
  CHECK(refused.err.find(fmt::format("latin.txt: not UTF-8 at byte {}, which is in line ", good.size() + 3)) !=
        std::string::npos);
  CHECK_FALSE(fs::exists(folder / "latin"));
  const Output lossy = tinymor_in(folder, latin + " --lossy");
  REQUIRE(lossy.status == 0);
  CHECK(lossy.err.find("latin.txt: 1 place is read as U+FFFD") != std::string::npos);
  CHECK(read_file(folder / "latin/config.toml").find("lossy = true") != std::string::npos);
  CHECK(tinymor_in(folder, "eval latin --quiet").status == 0);
  CHECK(tinymor_in(folder, "train --resume --quiet --out latin --steps 3").status == 0);
  CHECK(tinymor_in(folder, "eval run --data latin.txt").status == 2);
  CHECK(tinymor_in(folder, "eval run --data latin.txt --lossy").status == 0);
  CHECK(tinymor_in(folder, "tokenizer train --data latin.txt --kind char --out latin-characters").status == 2);
  CHECK(tinymor_in(folder, "tokenizer train --data latin.txt --kind char --lossy --out latin-characters").status == 0);
  // A run goes on with such a text, too.
  CHECK(tinymor_in(folder, "train --resume --quiet --out run --steps 21 --data latin.txt").status == 2);
  fs::remove_all(folder / "other");
  fs::copy(folder / "run", folder / "other", fs::copy_options::recursive);
  CHECK(tinymor_in(folder, "train --resume --quiet --out other --steps 21 --data latin.txt --lossy").status == 0);
}

TEST_CASE("a large text is cut into tokens once, with a bar on a terminal") {
  const fs::path& folder = trained();
  std::string text = make_stories(1, 300'000);
  while (text.size() < (17 << 20)) text += text;
  write_file_atomically(folder / "large.txt", text);
  const std::string train =
      "train --data large.txt --set data.tokenizer=byte --steps 1 --set train.batch_size=1 "
      "--set model.max_seq_len=16 --set model.d_model=16 --set model.d_ff=16 --out ";
  const std::string cache = "XDG_CACHE_HOME=" + (folder / "cache").string();
  CHECK(tinymor_on_terminal(folder, train + "large-1", cache + " TERM=xterm").find("cutting the text into tokens") !=
        std::string::npos);
  CHECK(tinymor_in(folder, train + "large-2", cache).err.find("tokens: taken from ") != std::string::npos);
  const Output homeless = tinymor_in(folder, train + "large-3", "env -u HOME -u XDG_CACHE_HOME");
  CHECK(homeless.status == 0);
  CHECK(homeless.err.find("tokens: are kept in memory (") != std::string::npos);
  for (const char* run : {"large-2", "large-3"})
    CHECK(read_file(folder / run / "model.safetensors") == read_file(folder / "large-1/model.safetensors"));
  for (const auto& kept : fs::directory_iterator(folder / "cache/tinymor")) fs::resize_file(kept.path(), 1'000'000);
  CHECK(tinymor_in(folder, "generate large-2 --max-tokens 1", cache).status == 0);  // begins as the text does
  CHECK(tinymor_in(folder, train + "large-4", cache).err.find("tokens: taken from ") != std::string::npos);
}
