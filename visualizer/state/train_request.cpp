#include "visualizer/state/train_request.h"

#include <algorithm>

#include "tensor/error.h"
#include "trainer/loop/image_trainer.h"

namespace tinymor {
namespace {

bool is_of(std::string_view assignment, std::string_view key) {
  return assignment.starts_with(key) && assignment.substr(key.size()).starts_with('=');
}

/// As set_config_key, whose messages are those of the command line.
void take_key(Config& config, const std::string& assignment) {
  constexpr std::string_view option = "--set ";
  try {
    set_config_key(config, assignment);
  } catch (const InputError& error) {
    const std::string why = error.what();
    throw InputError(why.starts_with(option) ? why.substr(option.size()) : why);
  }
}

}  // namespace

bool is_key(std::string_view word) {
  const size_t equals = word.find('=');
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789_.";
  return equals != word.npos && equals > 0 && word.substr(0, equals).find_first_not_of(letters) == word.npos;
}

std::string value_of(const TrainRequest& request, const std::string& key) {
  for (const std::string& assignment : request.keys)
    if (is_of(assignment, key)) return assignment.substr(key.size() + 1);
  return "";
}

void set_key(TrainRequest& request, const std::string& key, const std::string& value) {
  std::erase_if(request.keys, [&](const std::string& assignment) { return is_of(assignment, key); });
  if (!value.empty()) request.keys.push_back(key + "=" + value);
}

Config asked_config(const TrainRequest& request) {
  Config config = names_images(request.data) ? image_defaults() : Config::defaults();
  const int64_t usual = config.model.d_ff;
  config.data.source = request.data;
  config.train.steps = request.steps;
  for (const std::string& assignment : request.keys) take_key(config, assignment);
  if (!value_of(request, "d_model").empty() && config.model.d_ff == usual) config.model.d_ff = 3 * config.model.d_model;
  return config;
}

Config config_of(const TrainRequest& request) {
  Config config = asked_config(request), checked = config;
  checked.model.resolve();
  return config;
}

std::string problem_of(const TrainRequest& request) {
  try {
    config_of(request);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

}  // namespace tinymor
