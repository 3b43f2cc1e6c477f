#pragma once
// A run that the window is to train: what on, how long, and the keys of its configuration that are not as usual.

#include <string>
#include <string_view>
#include <vector>

#include "trainer/config.h"

namespace tinymor {

struct TrainRequest {
  std::string data = "stories";
  int steps = 400;
  bool race = false;                   ///< Beside its twins, at equal FLOPs.
  std::vector<std::string> keys = {};  ///< As "n_recursions=2"; all others are as usual.
};

/// Whether a word is "key=value", as TrainRequest::keys has it.
bool is_key(std::string_view word);
/// The value of a key as text; empty where it is as usual.
std::string value_of(const TrainRequest& request, const std::string& key);
/// Sets a key; with an empty value it is as usual again.
void set_key(TrainRequest& request, const std::string& key, const std::string& value);

/// The configuration as it is asked for, legal or not. The feed-forward layers are three times as wide as the model, as
/// they usually are, unless d_ff is asked for. Throws InputError for a key that does not exist or has no such value.
Config asked_config(const TrainRequest& request);
/// The same. Throws InputError, too, when the model is illegal, and says what would be legal.
Config config_of(const TrainRequest& request);
/// What config_of throws; empty where it throws nothing.
std::string problem_of(const TrainRequest& request);

}  // namespace tinymor
