#include "trainer/config.h"

#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <set>
#include <sstream>

#include "mor/vit.h"
#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/number.h"
#include "trainer/config_notes.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

constexpr const char* kTables[] = {"model", "router", "data", "train"};
constexpr uint64_t kMaxFileBytes = 1 << 20;

/// Calls `field("table", "key", value)` for every key of a configuration file.
template <class C, class Field>
void for_each_field(C& config, Field&& field) {
  const auto within = [&field](const char* table) {
    return [&field, table](const char* key, auto& value) { field(table, key, value); };
  };
  for_each_model_field(config.model, within("model"));
  for_each_router_field(config.model.router, within("router"));
  for_each_data_field(config.data, within("data"));
  for_each_train_field(config.train, within("train"));
}

/// How many single-character changes lead from `a` to `b`.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  name = name.substr(0, 60);
  return *std::min_element(known.begin(), known.end(), [&](const std::string& a, const std::string& b) {
    return edit_distance(name, a) < edit_distance(name, b);
  });
}

namespace {

/// The known key nearest to `table`.`key`; the same word in another table is nearer than another word.
std::string nearest_key(std::string_view table, std::string_view key) {
  std::string nearest;
  size_t least = SIZE_MAX;
  Config any;
  for_each_field(any, [&](std::string_view known_table, std::string_view known_key, const auto&) {
    const size_t distance = 2 * edit_distance(key, known_key) + (table != known_table);
    if (distance >= least) return;
    least = distance;
    nearest = fmt::format("{}.{}", known_table, known_key);
  });
  return nearest;
}

/// The table that `key` belongs to: no two tables have a key of the same name. Empty for an unknown key.
std::string table_of(std::string_view key) {
  std::string table;
  Config any;
  for_each_field(any, [&](const char* known_table, std::string_view known_key, const auto&) {
    if (key == known_key) table = known_table;
  });
  return table;
}

std::string nearest_table(std::string_view table) {
  return nearest_name(table, {std::begin(kTables), std::end(kTables)});
}

/// `text` as a TOML string.
std::string toml_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

template <class Value>
std::string value_to_toml(const Value& value) {
  if constexpr (std::is_enum_v<Value>) {
    return toml_text(enum_name(value));
  } else if constexpr (std::is_same_v<Value, std::string>) {
    return toml_text(value);
  } else if constexpr (std::is_same_v<Value, std::vector<double>>) {
    std::string list;
    for (const double each : value) list += fmt::format("{}{}", list.empty() ? "" : ", ", each);
    return "[" + list + "]";
  } else {
    return fmt::format("{}", value);
  }
}

/// ": none | cycle" for a key that chooses among names, else empty.
template <class Value>
std::string choices_of(const Value&) {
  if constexpr (std::is_enum_v<Value>)
    return fmt::format(": {}", fmt::join(enum_names<Value>(), " | "));
  else
    return "";
}

const char* type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a table";
    default:
      return "a date or time";
  }
}

/// "1e400 is too large (give at most ...)" of the first number in `text` that TOML cannot hold; empty without one.
std::string beyond_range_in(std::string_view text) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find_first_of(" \t\r=,[]"));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const bool whole = word.find_first_of(".eE") == word.npos;
    const std::string beyond = whole ? beyond_range<int64_t>(word) : beyond_range<double>(word);
    if (!beyond.empty()) return fmt::format("{} {}", word, beyond);
  }
  return "";
}

/// What `node` says for a key of this type. `where` begins the error messages, `now` is the value so far.
template <class Value>
Value value_in(const toml::node& node, const std::string& where, const std::string& key, const Value& now) {
  const auto require = [&](bool ok, const char* expected, const std::string& example) {
    check_input(ok, "{}: {} where {} belongs (as in {} = {})", where, type_name(node), expected, key, example);
  };
  const auto finite = [&](const toml::node& number) {
    const double value = *number.value<double>();
    check_input(std::isfinite(value), "{}: {} is not a finite number (as in {} = 0.5)", where, value, key);
    return value;
  };
  // TOML has no numbers beyond 64 bits: after --set they are texts.
  const auto check_range = [&] {
    const std::string beyond = beyond_range_in(node.value_or(std::string()));
    check_input(beyond.empty(), "{}: {}", where, beyond);
  };
  if constexpr (std::is_enum_v<Value>) {
    require(node.is_string(), "a text", toml_text(enum_names<Value>().front()));
    return enum_value<Value>(node.ref<std::string>(), where);
  } else if constexpr (std::is_same_v<Value, std::string>) {
    if (key == "patch" && node.is_integer()) return std::to_string(node.ref<int64_t>());  // its side
    require(node.is_string(), "a text", toml_text(now));
    return node.ref<std::string>();
  } else if constexpr (std::is_same_v<Value, bool>) {
    require(node.is_boolean(), "true or false", "true");
    return node.ref<bool>();
  } else if constexpr (std::is_same_v<Value, double>) {
    check_range();
    require(node.is_number(), "a number", "0.5");
    return finite(node);
  } else if constexpr (std::is_same_v<Value, std::vector<double>>) {
    check_range();
    require(node.is_array(), "a list of numbers", "[1.0, 0.5]");
    Value list;
    for (const toml::node& each : *node.as_array()) {
      check_input(each.is_number(), "{}: {} in a list of numbers (as in {} = [1.0, 0.5])", where, type_name(each), key);
      list.push_back(finite(each));
    }
    return list;
  } else {
    check_range();
    require(node.is_integer(), "a whole number", fmt::format("{}", now));
    const int64_t integer = node.ref<int64_t>();
    check_input(std::is_signed_v<Value> || integer >= 0, "{}: {} is negative (give 0 or more)", where, integer);
    return static_cast<Value>(integer);
  }
}

/// Gives the field `table`.`key` the value of `node`; false when there is no such field. What it refuses leaves the
/// configuration as it was.
bool assign_field(Config& config, std::string_view table, std::string_view key, const toml::node& node,
                  const std::string& where) {
  bool found = false;
  for_each_field(config, [&](std::string_view known_table, const char* known_key, auto& value) {
    if (table != known_table || key != known_key) return;
    value = value_in(node, where, known_key, value);
    found = true;
  });
  return found;
}

/// The parser calls itself for every part of a dotted name, until the stack is full.
void check_dots(std::string_view text, const std::string& name) {
  constexpr int64_t most = 1000;
  std::istringstream lines{std::string(text)};
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    check_input(std::count(line.begin(), line.end(), '.') <= most, "{}:{}: has more than {} dots (mend the line)", name,
                number, most);
  }
}

toml::table parse_toml(std::string_view text, const std::string& name) {
  check_dots(text, name);
  try {
    return toml::parse(text, std::string_view(name));
  } catch (const toml::parse_error& e) {
    const auto line = e.source().begin.line;
    std::istringstream lines{std::string(text)};
    std::string wrong;
    for (size_t i = 0; i < line; ++i) std::getline(lines, wrong);
    const std::string beyond = beyond_range_in(wrong);
    check_input(beyond.empty(), "{}:{}: {}", name, line, beyond);
    std::string why(e.description());
    std::replace(why.begin(), why.end(), '\n', ' ');
    throw InputError(fmt::format("{}:{}: {} (mend the line)", name, line, why));
  }
}

void require_range(const char* key, int64_t value, int64_t low, int64_t high) {
  check_input(value >= low && value <= high, "{}: {} is out of range (give {} to {})", key, value, low, high);
}

void require_range(const char* key, double value, bool ok, const char* legal) {
  check_input(ok && std::isfinite(value), "{}: {} is out of range (give {})", key, value, legal);
}

void require_utf8(const char* key, const std::string& path) {
  try {
    parse_toml("path = " + toml_text(path), "");
  } catch (const InputError&) {
    throw InputError(fmt::format("{}: is not UTF-8, so that config.toml could not hold it (rename the file)", key));
  }
}

void validate_data(const DataConfig& data) {
  check_input(!data.source.empty(), "data.source: is empty (name a data set, a text file or a folder)");
  require_range("data.vocab_size", data.vocab_size, 2, 1 << 20);
  require_range("data.val_fraction", data.val_fraction, data.val_fraction > 0 && data.val_fraction < 1,
                "a number between 0 and 1");
  require_utf8("data.source", data.source);
  check_input(data.patch.empty() || patch_size_of(data.patch),
              "data.patch: \"{}\" is no size of a patch (give its side, as in 7, or its height and width, as in 32x1)",
              shortened(data.patch));
}

void validate_train(const TrainConfig& train) {
  const auto share = [](const char* key, double value) {
    require_range(key, value, value >= 0 && value < 1, "0 or more, and less than 1");
  };
  require_range("train.steps", train.steps, 1, 1'000'000'000);
  require_range("train.batch_size", train.batch_size, 1, 1 << 16);
  require_range("train.grad_accumulation", train.grad_accumulation, 1, 1 << 16);
  require_range("train.lr", train.lr, train.lr > 0, "a number above 0");
  require_range("train.min_lr", train.min_lr, train.min_lr >= 0 && train.min_lr <= train.lr,
                "0 or more, and train.lr at most");
  require_range("train.warmup_steps", train.warmup_steps, 0, 1'000'000'000);
  share("train.cooldown_fraction", train.cooldown_fraction);
  require_range("train.weight_decay", train.weight_decay, train.weight_decay >= 0, "0 or more");
  share("train.beta1", train.beta1);
  share("train.beta2", train.beta2);
  require_range("train.grad_clip", train.grad_clip, train.grad_clip > 0, "a number above 0; a large one never clips");
  require_utf8("train.teacher", train.teacher);
  require_range("train.teacher_weight", train.teacher_weight, train.teacher_weight >= 0 && train.teacher_weight <= 1000,
                "0 to 1000");
  require_range("train.teacher_temperature", train.teacher_temperature,
                train.teacher_temperature >= 0.01 && train.teacher_temperature <= 1000, "0.01 to 1000");
  require_range("train.eval_every", train.eval_every, 1, INT64_MAX);
  require_range("train.patience", train.patience, 0, INT64_MAX);
  require_range("train.checkpoint_every", train.checkpoint_every, 1, INT64_MAX);
  require_range("train.keep_every", train.keep_every, 0, INT64_MAX);
  require_range("train.record_every", train.record_every, 1, INT64_MAX);
  check_input(train.seed <= INT64_MAX, "train.seed: {} is out of range (give 0 to {})", train.seed, INT64_MAX);
}

}  // namespace

template <>
std::vector<std::string> enum_names<TokenizerKind>() {
  return {"sentencepiece", "byte", "char"};
}
template <>
std::vector<std::string> enum_names<ScheduleKind>() {
  return {"trapezoid", "cosine", "constant"};
}

Config Config::defaults() {
  Config c;
  c.model.n_kv_heads = 2;
  c.model.d_ff = 384;
  c.model.sharing = Sharing::middle_cycle;
  c.model.n_recursions = 3;
  c.model.routing = Routing::expert_choice;
  c.train.steps = 400;
  c.model.router.aux_coeff = 0.02;
  c.train.eval_every = 100;
  return c;
}

std::vector<std::string> preset_names() {
  return {"tiny", "small", "medium", "overnight"};
}

Config Config::preset(const std::string& name) {
  struct Size {
    int64_t d_model, n_heads, d_ff, n_layers, max_seq_len, vocab_size, steps;
    double lr;
  };
  static constexpr Size sizes[] = {{128, 4, 384, 8, 128, 1024, 600, 3e-3},
                                   {192, 6, 512, 8, 256, 2048, 1400, 2e-3},
                                   {256, 8, 704, 11, 256, 4096, 3500, 1.5e-3},
                                   {384, 6, 1024, 14, 512, 8192, 6000, 1e-3}};
  const Size& size = sizes[index_of_name(preset_names(), name, "--preset")];
  Config c = defaults();
  c.model.d_model = size.d_model;
  c.model.n_heads = size.n_heads;
  c.model.n_kv_heads = size.n_heads / 2;
  c.model.d_ff = size.d_ff;
  c.model.n_layers = size.n_layers;
  c.model.max_seq_len = size.max_seq_len;
  c.data.vocab_size = size.vocab_size;
  c.train.steps = size.steps;
  c.train.lr = size.lr;
  c.train.eval_every = c.train.record_every = std::max<int64_t>(100, size.steps / 40);
  return c;
}

Config config_from_toml(const std::string& text, const std::string& name_for_errors, Config base) {
  const toml::table document = parse_toml(text, name_for_errors);
  Config config = std::move(base);
  for (const auto& [table, content] : document) {
    const auto line = [&](const toml::key& key) {
      return fmt::format("{}:{}", name_for_errors, key.source().begin.line);
    };
    if (!content.is_table()) {
      throw InputError(fmt::format("{}: {}: is outside of any table (did you mean {}?)", line(table),
                                   shortened(table.str()), nearest_key("", table.str())));
    }
    check_input(std::find(std::begin(kTables), std::end(kTables), table.str()) != std::end(kTables),
                "{}: [{}]: there is no such table (did you mean [{}]?)", line(table), shortened(table.str()),
                nearest_table(table.str()));
    for (const auto& [key, node] : *content.as_table()) {
      const std::string where = fmt::format("{}: {}.{}", line(key), table.str(), shortened(key.str()));
      check_input(assign_field(config, table.str(), key.str(), node, where),
                  "{}: there is no such key (did you mean {}?)", where, nearest_key(table.str(), key.str()));
    }
  }
  return config;
}

Config read_config(const std::filesystem::path& file, Config base) {
  return config_from_toml(read_file(file, kMaxFileBytes), file.string(), std::move(base));
}

void check_complete(const std::filesystem::path& file) {
  constexpr std::string_view off_without_it[] = {"kv_sharing",
                                                 "kv_sharing_factor",
                                                 "recursion_encoding",
                                                 "own_norms",
                                                 "lora_rank",
                                                 "lossy",
                                                 "separate_documents",
                                                 "min_lr",
                                                 "keep_every",
                                                 "patience",
                                                 "exit_loss",
                                                 "entropy_coeff",
                                                 "exit_cost",
                                                 "teacher",
                                                 "teacher_weight",
                                                 "teacher_temperature",
                                                 "patch",
                                                 "ffn",
                                                 "n_experts",
                                                 "experts_per_token",
                                                 "expert_capacity",
                                                 "expert_balance"};
  const toml::table document = parse_toml(read_file(file, kMaxFileBytes), file.string());
  const Config config = read_config(file);
  for_each_field(config, [&](const char* table, const char* key, const auto& value) {
    const auto* keys = document[table].as_table();
    const bool off = std::find(std::begin(off_without_it), std::end(off_without_it), key) != std::end(off_without_it);
    check_input(off || is_unset(key, value) || (keys && keys->contains(key)),
                "{}: {}.{} is missing, and a run writes all keys (put it back)", file.string(), table, key);
  });
}

void set_config_key(Config& config, const std::string& assignment) {
  const size_t equals = assignment.find('='), dot = assignment.find('.');
  check_input(equals != std::string::npos && equals > 0,
              "--set {}: is not an assignment (as in --set model.d_model=128)", shortened(assignment));
  const std::string name = assignment.substr(0, equals), text = assignment.substr(equals + 1);
  const std::string where = "--set " + shortened(name), key = dot < equals ? name.substr(dot + 1) : name;
  const std::string table = dot < equals ? name.substr(0, dot) : table_of(key);

  // What does not read as a TOML value is a text: words need no quotes on a command line.
  toml::table value{{"value", text}};
  try {
    toml::table parsed = parse_toml("value = " + text, where);
    if (parsed.size() == 1 && parsed.contains("value")) value = std::move(parsed);
  } catch (const InputError&) {
  }
  check_input(assign_field(config, table, key, *value.get("value"), where),
              "{}: there is no such key (did you mean {}?)", where, nearest_key(table, key));
}

void validate(Config& config) {
  validate_data(config.data);
  validate_train(config.train);
  config.model.resolve();
}

std::string config_to_toml(const Config& config) {
  std::string text = "# A complete tinymor configuration: `tinymor train THIS_FILE` trains it.\n";
  std::string_view open;
  for_each_field(config, [&](std::string_view table, const char* key, const auto& value) {
    if (table != open) text += fmt::format("\n[{}]\n", table);
    open = table;
    const std::string line = is_unset(key, value) ? fmt::format("# {} = (by default)", key)
                                                  : fmt::format("{} = {}", key, value_to_toml(value));
    text += fmt::format("{:<28}  # {}{}\n", line, config_note(key), choices_of(value));
  });
  return text;
}

namespace {

/// The keys of a configuration that have values, as "table.key=value".
std::set<std::string> assignments(Config config) {
  validate(config);
  std::set<std::string> all;
  for_each_field(config, [&](const char* table, const char* key, const auto& value) {
    if (!is_unset(key, value)) all.insert(fmt::format("{}.{}={}", table, key, value_to_toml(value)));
  });
  return all;
}

}  // namespace

std::vector<std::string> changed_keys(const Config& config, const Config& usual) {
  const std::set<std::string> all = assignments(config), left_out = assignments(usual);
  std::vector<std::string> changed;
  std::set_difference(all.begin(), all.end(), left_out.begin(), left_out.end(), std::back_inserter(changed));
  return changed;
}

std::string kept_keys(const Config& config) {
  std::string lines;
  for (const std::string& assignment : assignments(config))
    if (!assignment.starts_with("train.") && !assignment.starts_with("data.source=") &&
        !assignment.starts_with("data.lossy="))
      lines += assignment + "\n";
  return lines;
}

std::string command_line(const Config& config, const Config& usual, const std::string& subcommand) {
  std::string command = program() + " " + subcommand;
  for (const std::string& assignment : changed_keys(config, usual)) command += " --set " + shell_word(assignment);
  return command;
}

}  // namespace tinymor
