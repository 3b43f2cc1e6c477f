#include "trainer/config.h"

#include <random>
#include <set>
#include <sstream>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"

using namespace tinymor;

namespace {

Config from(const std::string& toml) {
  return config_from_toml(toml, "x.toml");
}

/// What reading `toml` says; empty when it reads.
std::string complaint(const std::string& toml) {
  try {
    from(toml);
    return "";
  } catch (const InputError& e) {
    return e.what();
  }
}

/// What --set says; a refusal leaves the whole configuration as it was.
std::string set_complaint(const std::string& assignment) {
  Config before = Config::defaults();
  before.model.router.capacity = {1, 0.75, 0.5};
  Config c = before;
  try {
    set_config_key(c, assignment);
    return "";
  } catch (const InputError& e) {
    CHECK(c == before);
    return e.what();
  }
}

}  // namespace

TEST_CASE("an empty file is the documented defaults") {
  const Config c = from("");
  REQUIRE(c == Config());
  REQUIRE(c.model.rope_theta == 10000);
  REQUIRE(c.model.tie_embeddings);
  REQUIRE(c.data.val_fraction == 0.1);
  REQUIRE(c.train.beta2 == 0.95);
}

TEST_CASE("every key of a configuration file reaches its field") {
  const Config c = from(R"(
[model]
d_model = 64
rope_theta = 500        # whole numbers are numbers too
tie_embeddings = false
sharing = "cycle"
kv_cache = "shared"
recursion_encoding = "scale"
own_norms = true
lora_rank = 4
[router]
type = "wide_mlp"
capacity = [1, 0.5]
random = true
[data]
source = "my \"book\".txt"
tokenizer = "char"
[train]
lr = 1e-4
schedule = "cosine"
seed = 7
)");
  REQUIRE(c.model.d_model == 64);
  REQUIRE(c.model.rope_theta == 500);
  REQUIRE_FALSE(c.model.tie_embeddings);
  REQUIRE(c.model.sharing == Sharing::cycle);
  REQUIRE(c.model.kv_cache == KvStrategy::shared);
  REQUIRE(c.model.recursion_encoding == RecursionEncoding::scale);
  REQUIRE(c.model.own_norms);
  REQUIRE(c.model.lora_rank == 4);
  REQUIRE(c.model.router.type == RouterType::wide_mlp);
  REQUIRE(c.model.router.capacity == std::vector<double>{1, 0.5});
  REQUIRE(c.model.router.random);
  REQUIRE(c.data.source == "my \"book\".txt");
  REQUIRE(c.data.tokenizer == TokenizerKind::character);
  REQUIRE(c.train.lr == 1e-4);
  REQUIRE(c.train.schedule == ScheduleKind::cosine);
  REQUIRE(c.train.seed == 7);
}

TEST_CASE("unknown keys and tables are refused with the nearest known ones") {
  REQUIRE(complaint("[model]\n\nd_modle = 3") ==
          "x.toml:3: model.d_modle: there is no such key (did you mean model.d_model?)");
  REQUIRE_THAT(complaint("[model]\nlr = 3"), ContainsSubstring("did you mean train.lr?"));
  REQUIRE_THAT(complaint("[data]\nvocabsize = 3"), ContainsSubstring("did you mean data.vocab_size?"));
  REQUIRE_THAT(complaint("[model.d_model]\nx = 3"), ContainsSubstring("model.d_model: a table where a whole number"));
  REQUIRE(complaint("\n[trian]") == "x.toml:2: [trian]: there is no such table (did you mean [train]?)");
  REQUIRE(complaint("steps = 3") == "x.toml:1: steps: is outside of any table (did you mean train.steps?)");
}

TEST_CASE("values of the wrong type are refused with the type that belongs there") {
  REQUIRE(complaint("[model]\nd_model = \"128\"") ==
          "x.toml:2: model.d_model: a text where a whole number belongs (as in d_model = 128)");
  REQUIRE_THAT(complaint("[model]\nd_model = 1.5"), ContainsSubstring("a number with a fraction where a whole number"));
  REQUIRE_THAT(complaint("[model]\ntie_embeddings = 1"),
               ContainsSubstring("a whole number where true or false belongs"));
  REQUIRE_THAT(complaint("[model]\nrope_theta = true"), ContainsSubstring("true or false where a number belongs"));
  REQUIRE_THAT(complaint("[model]\nsharing = 1"), ContainsSubstring("as in sharing = \"none\""));
  REQUIRE_THAT(complaint("[data]\nsource = 2024-01-01"), ContainsSubstring("a date or time where a text belongs"));
  REQUIRE_THAT(complaint("[router]\ncapacity = 1"), ContainsSubstring("a whole number where a list of numbers"));
  REQUIRE_THAT(complaint("[router]\ncapacity = [\"1\"]"), ContainsSubstring("router.capacity"));
  REQUIRE_THAT(complaint("[train]\nseed = -1"), ContainsSubstring("x.toml:2: train.seed: -1 is negative"));
  REQUIRE(complaint("[model]\nrouting = \"expert\"") ==
          "x.toml:2: model.routing: there is no \"expert\" (use \"none\", \"expert_choice\", \"token_choice\", "
          "\"exit_gate\")");
}

TEST_CASE("NaN and infinity are refused for every key") {
  for (const char* number : {"nan", "-nan", "inf", "-inf", "+inf"})
    for (const std::string key : {"model.rope_theta", "router.alpha", "data.val_fraction", "train.lr"}) {
      const size_t dot = key.find('.');
      CAPTURE(key, number);
      const std::string toml = "[" + key.substr(0, dot) + "]\n" + key.substr(dot + 1) + " = " + number;
      REQUIRE_THAT(complaint(toml),
                   ContainsSubstring("x.toml:2: " + key) && ContainsSubstring("is not a finite number"));
      REQUIRE_THAT(set_complaint(key + "=" + number), ContainsSubstring("--set " + key));
    }
  REQUIRE_THAT(complaint("[router]\ncapacity = [1, nan, 0.5]"), ContainsSubstring("is not a finite number"));
  for (const char* number : {"0x", "0.1abc", "1,5", "1e999x"})
    REQUIRE_THAT(set_complaint(std::string("train.lr=") + number), ContainsSubstring("a text where a number belongs"));
}

TEST_CASE("a number that is too large is called so, in files and after --set, and is a text where that belongs") {
  struct Row {
    std::string key, number, says;
  };
  for (const auto& [key, number, says] :
       {Row{"seed", "18446744073709551616", "is too large (give at most 9223372036854775807)"},
        {"seed", "9223372036854775808", "is too large (give at most 9223372036854775807)"},
        {"steps", "-9223372036854775809", "is too small (give at least -9223372036854775808)"},
        {"lr", "1e400", "is too large (give at most 1.7976931348623157e+308)"},
        {"lr", "-1e400", "is too small (give at least -1.7976931348623157e+308)"}}) {
    CHECK(set_complaint("train." + key + "=" + number) == "--set train." + key + ": " + number + " " + says);
    CHECK(complaint("[train]\nbeta1 = 0.5\n" + key + " = " + number + " # large") ==
          "x.toml:3: " + number + " " + says);
  }
  REQUIRE(set_complaint("router.capacity=[1, 1e400,0.5]") ==
          "--set router.capacity: 1e400 is too large (give at most 1.7976931348623157e+308)");
  REQUIRE(complaint("[router]\ncapacity = [1,1e400, 0.5]") ==
          "x.toml:2: 1e400 is too large (give at most 1.7976931348623157e+308)");
  Config config;
  set_config_key(config, "data.source=1e400");
  CHECK(config.data.source == "1e400");
}

TEST_CASE("text that is not TOML is refused with its line") {
  for (const char* text :
       {"[model]\nd_model = = 3", "[model\n", "[model]\nd_model = 3\nd_model = 4", "\xff", "[a]\n[a]"}) {
    const std::string said = complaint(text);
    CAPTURE(text, said);
    REQUIRE(said.find("x.toml:") == 0);
    REQUIRE(said.find('\n') == std::string::npos);
  }
  REQUIRE(complaint("[model]\nd_model = = 3").find("x.toml:2: ") == 0);
  REQUIRE(complaint(std::string(100000, '[')) != "");
}

TEST_CASE("the option --set gives any key a value, words without quotes") {
  Config c = Config::defaults();
  set_config_key(c, "model.d_model=64");
  set_config_key(c, "model.routing=none");
  set_config_key(c, "model.sharing=\"cycle\"");
  set_config_key(c, "router.capacity=[1, 0.5, 0.25]");
  set_config_key(c, "data.source=my texts/a=b.txt");
  set_config_key(c, "train.lr=0.01");
  set_config_key(c, "vocab_size=300");
  set_config_key(c, "val_fraction=0.25");
  REQUIRE(c.model.d_model == 64);
  REQUIRE(c.model.routing == Routing::none);
  REQUIRE(c.model.sharing == Sharing::cycle);
  REQUIRE(c.model.router.capacity == std::vector<double>{1, 0.5, 0.25});
  REQUIRE(c.data.source == "my texts/a=b.txt");
  REQUIRE(c.train.lr == 0.01);
  REQUIRE(c.data.vocab_size == 300);
  REQUIRE(c.data.val_fraction == 0.25);
}

TEST_CASE("no two tables have a key of the same name, so that --set needs no table") {
  std::istringstream lines(config_to_toml(Config()));
  std::set<std::string> keys;
  for (std::string line; std::getline(lines, line);)
    if (const size_t equals = line.find(" = "); equals != std::string::npos)
      REQUIRE(keys.insert(line.substr(0, equals)).second);
  REQUIRE(keys.size() > 30);
}

TEST_CASE("every key of a configuration file has a comment that says what it means") {
  std::istringstream lines(config_to_toml(Config()));
  int keys = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" = ") == std::string::npos) continue;
    CAPTURE(line);
    ++keys;
    const size_t comment = line.find("  # ");
    REQUIRE(comment != std::string::npos);
    CHECK(line.size() > comment + 10);
  }
  CHECK(keys > 30);
}

TEST_CASE("presets are legal configurations that grow") {
  int64_t before = 0;
  for (const std::string& name : preset_names()) {
    Config c = Config::preset(name);
    validate(c);
    const int64_t work = c.train.steps * c.model.max_seq_len * c.model.d_model;
    CHECK(work > before);
    before = work;
  }
  CHECK_THROWS_AS(Config::preset("huge"), InputError);
}

TEST_CASE("a refused --set changes nothing, whatever is wrong with it") {
  for (const char* wrong : {"model.d_modle=64",
                            "modle.d_model=64",
                            "=64",
                            "model.d_model",
                            "d_model=big",
                            "d_model=1.5",
                            "d_model=1e400",
                            "d_model=99999999999999999999",
                            "tie_embeddings=1",
                            "rope_theta=true",
                            "rope_theta=nan",
                            "sharing=ring",
                            "sharing=1",
                            "capacity=1",
                            "capacity=[0.5, \"a\"]",
                            "capacity=[1, 0.5, inf]",
                            "capacity=[1, 1e400]",
                            "data.source=5",
                            "seed=-1",
                            "seed=18446744073709551616",
                            "d_model={a = 1}",
                            "d_model=2024-01-01"}) {
    CAPTURE(wrong);
    CHECK(set_complaint(wrong) != "");
  }
}

TEST_CASE("the option --set refuses as files do") {
  REQUIRE(set_complaint("model.d_modle=64") ==
          "--set model.d_modle: there is no such key (did you mean model.d_model?)");
  REQUIRE_THAT(set_complaint("model.d_model=big"),
               ContainsSubstring("--set model.d_model: a text where a whole number"));
  REQUIRE_THAT(set_complaint("model.sharing=ring"), ContainsSubstring("there is no \"ring\""));
  REQUIRE(set_complaint("d_modle=64") == "--set d_modle: there is no such key (did you mean model.d_model?)");
  REQUIRE(set_complaint("model.vocab_size=64") ==
          "--set model.vocab_size: there is no such key (did you mean data.vocab_size?)");
  REQUIRE_THAT(set_complaint("=64"), ContainsSubstring("as in --set model.d_model=128"));
  REQUIRE_THAT(set_complaint("model.d_model"), ContainsSubstring("as in --set model.d_model=128"));
  REQUIRE_THAT(set_complaint(""), ContainsSubstring("as in --set model.d_model=128"));
  REQUIRE_THAT(set_complaint("model.d_model=1\n[train]\nseed=2"), ContainsSubstring("a text where a whole number"));
}

TEST_CASE("a configuration comes back from its TOML exactly") {
  const TemporaryFolder folder;
  Config c = Config::defaults();
  c.model.rope_theta = 0.1 + 0.2;
  c.data.source = "quote \" backslash \\ tab \t newline \n bell \a delete \x7f umlaut \u00fc";
  c.train.lr = 1.0 / 3;
  c.train.schedule = ScheduleKind::constant;
  REQUIRE(from(config_to_toml(c)) == c);
  validate(c);
  write_file_atomically(folder.path() / "config.toml", config_to_toml(c));
  REQUIRE(read_config(folder.path() / "config.toml") == c);
}

TEST_CASE("a configuration's command line says what is not as usual, and sets it again") {
  CHECK(command_line(Config::defaults()) == "tinymor train");
  Config config = Config::defaults();
  config.model.n_recursions = 2;
  config.model.n_layers = 6;
  config.train.lr = 0.0125;
  config.data.source = "my text.txt";
  validate(config);
  const std::string command = command_line(config);
  CHECK_THAT(command, ContainsSubstring(" --set 'data.source=\"my text.txt\"' --set 'model.n_layers=6'"));
  Config again = Config::defaults();
  for (size_t at = command.find('\''); at != std::string::npos; at = command.find('\'', at + 1)) {
    const size_t end = command.find('\'', at + 1);
    set_config_key(again, command.substr(at + 1, end - at - 1));
    at = end;
  }
  validate(again);
  CHECK(again == config);
}

TEST_CASE("every double survives the configuration file") {
  std::mt19937_64 random(1);
  Config c;
  for (int round = 0; round < 100; ++round) {
    c.train.lr = std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 200) - 150);
    REQUIRE(from(config_to_toml(c)) == c);
  }
}

TEST_CASE("the default configuration is legal") {
  Config c = Config::defaults();
  validate(c);
  REQUIRE(c.model.router.capacity.size() == 3);
}

TEST_CASE("values out of range are refused by their key") {
  const std::vector<std::string> assignments = {"data.source=",
                                                "data.vocab_size=1",
                                                "data.val_fraction=1",
                                                "train.steps=0",
                                                "train.batch_size=0",
                                                "train.lr=0",
                                                "train.min_lr=-1",
                                                "train.min_lr=0.01",
                                                "train.warmup_steps=-1",
                                                "train.cooldown_fraction=2",
                                                "train.weight_decay=-1",
                                                "train.beta1=1",
                                                "train.beta2=-0.5",
                                                "train.grad_clip=0",
                                                "train.teacher=\xff",
                                                "train.teacher_weight=-1",
                                                "train.teacher_temperature=0",
                                                "train.grad_accumulation=0",
                                                "train.eval_every=0",
                                                "train.record_every=0",
                                                "train.checkpoint_every=0",
                                                "train.keep_every=-1",
                                                "train.patience=-1",
                                                "model.n_layers=7",
                                                "data.source=\xff"};
  for (const std::string& assignment : assignments) {
    CAPTURE(assignment);
    Config c = Config::defaults();
    set_config_key(c, assignment);
    REQUIRE_THROWS_WITH(validate(c), ContainsSubstring(assignment.substr(0, assignment.find('=')) + ": "));
  }
}

TEST_CASE("damaged configuration files are refused or read, never worse") {
  const std::string text = config_to_toml(Config::defaults());
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = text;
    for (unsigned flips = 1 + random() % 3; flips > 0; --flips) damaged[random() % damaged.size()] ^= 1 << random() % 8;
    complaint(damaged);
  }
}

TEST_CASE("a patch is named by its side, as a number or a text, or by its height and width") {
  Config config = Config::defaults();
  for (const auto& [set, patch] :
       {std::pair("data.patch=4", "4"), {"data.patch=\"4\"", "4"}, {"data.patch=32x1", "32x1"}}) {
    set_config_key(config, set);
    CHECK(config.data.patch == patch);
    CHECK_NOTHROW(validate(config));
  }
  for (const char* wrong : {"x", "4x", "x4", "4x4x4", "frog", "4 x 4"}) {
    config.data.patch = wrong;
    CHECK_THROWS_WITH(validate(config), ContainsSubstring("data.patch"));
  }
}
