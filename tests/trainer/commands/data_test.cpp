// The data sets and tokenizers of the command line.

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
