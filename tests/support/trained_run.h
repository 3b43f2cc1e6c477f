#pragma once
// A small run on a text, as the tests of the program use it.

#include <filesystem>
#include <string>

#include "datasets/stories.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "tensor/files.h"

namespace tinymor {

inline const std::string kTinyModel =
    " --set model.d_model=32 --set model.d_ff=48 --set model.max_seq_len=32 --set train.batch_size=2"
    " --set data.tokenizer=char --set data.source=text.txt ";

/// A folder with text.txt and `run`, trained on it for 20 steps; made once for all tests of a program.
inline const std::filesystem::path& trained() {
  static const TemporaryFolder folder;
  static const bool once = [] {
    write_file_atomically(folder.path() / "text.txt", make_stories(1, 6000));
    REQUIRE(tinymor_in(folder.path(), "train --quiet --steps 20 --out run" + kTinyModel).status == 0);
    return true;
  }();
  (void)once;
  return folder.path();
}

}  // namespace tinymor
