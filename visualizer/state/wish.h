#pragma once
// What a person asks of the run or of the app: panels leave wishes, and the app grants them after the frame. A wish is
// also a line of a scene: "do generate", "do keep 12", "do train 400 stories", "do train 400 n_recursions=2 stories".

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tinymor {

struct Wish {
  enum Kind {
    pause,
    resume,
    stop,
    generate,  // from here to branch: what is done with the generated text
    go_on,
    step,
    clear,
    write,
    keep,
    choose,
    branch,
    stop_generating,
    swap,
    record,
    train_step,
    watch,
    watch_batches,
    watch_held_out,
    note,
    open,
    train,
    race,
    survey,
    stop_survey
  } kind;
  int value = 0;  ///< write, keep: a number of tokens; choose: the id of the next one; branch: its number, from 1;
                  ///< train, race: steps.
  std::string text = {};               ///< note: at the step that is shown; open: a path; train, race: the data.
  std::vector<std::string> keys = {};  ///< train, race: keys of the configuration, as TrainRequest has them.

  bool is_of_text() const { return kind >= generate && kind <= branch; }
};

/// The wish that `text` names by its word, number and text; nothing when there is no such wish.
std::optional<Wish> parse_wish(std::string text);
/// "pause, ..., write COUNT, ... or race STEPS DATA".
std::string wish_words();

/// A wish as a line of a scene in `folder`: paths are relative to the folder where that is possible.
std::string wish_line(const Wish& wish, const std::filesystem::path& folder);
/// A line of such a scene; the path in it, if any, is relative to the working directory then.
std::string located(const std::string& line, const std::filesystem::path& folder);
/// A path relative to `folder`; absolute where the two have only the root in common, and as it is where there is no
/// such file.
std::string portable_path(const std::string& path, const std::filesystem::path& folder);

}  // namespace tinymor
