// What is written in the window: every term is explained where it stands, every button says what it does, and a panel
// has one name.

#include <algorithm>
#include <map>
#include <set>

#include "support/catch.h"
#include "tensor/files.h"
#include "visualizer/desk.h"

using namespace tinymor;

namespace {

std::vector<Term> book_glossary() {
  return parse_glossary(read_file(TINYMOR_BOOK "/glossary.md", 1 << 20));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), ::tolower);
  return text;
}

/// The texts of a drawing.
std::vector<std::string> texts_of(const std::string& svg) {
  std::vector<std::string> texts;
  for (size_t at = svg.find("<text "); at != svg.npos; at = svg.find("<text ", at + 1)) {
    const size_t begin = svg.find('>', at) + 1;
    std::string text = svg.substr(begin, svg.find("</text>", begin) - begin);
    for (size_t quote = text.find("&quot;"); quote != text.npos; quote = text.find("&quot;", quote))
      text.replace(quote, 6, "\"");
    texts.push_back(text);
  }
  return texts;
}

/// Those of the glossary's words that the window shows and does not explain.
std::set<std::string> unexplained(Headless& window, const std::vector<Term>& glossary) {
  std::set<std::string> explained, missing;
  for (const auto& [name, item] : window.app().registry().items())
    if (name.starts_with("term.")) explained.insert(name.substr(5));
  for (const std::string& text : texts_of(window.drawing()))
    for (const FoundTerm& found : terms_in(glossary, text))
      if (!explained.contains(found.term->word)) missing.insert(found.term->word + " in: " + text);
  return missing;
}

/// A window on the sample run with a text that was written, and a pinned token.
struct WordyDesk : Desk {
  explicit WordyDesk(int width = 1280, int height = 800) : Desk(width, height) {
    state().request.max_tokens = 6;
    source.generate(state().request);
    (void)wait_for(source, [&] { return source.generation().text.size() == 7; });
    window.frames(4);
    (void)wait_for(source, [&] { return !source.generation().surveying; });
  }
};

}  // namespace

TEST_CASE("every word of the glossary that a panel writes is explained in that panel") {
  WordyDesk desk;
  desk.state().glossary = book_glossary();
  desk.state().bare = true;
  for (const auto& panel : desk.window.app().panels())
    for (const bool pinned : {false, true}) {
      CAPTURE(panel->name(), pinned);
      desk.state().maximised = panel->name();
      desk.state().pinned.reset();
      if (pinned) desk.state().pinned = TokenRef{Subject::watched, 24};
      desk.window.frames(4);
      CHECK(unexplained(desk.window, desk.state().glossary) == std::set<std::string>{});
    }
}

TEST_CASE("every word of the glossary that bars, dialogs and lessons write is explained there") {
  WordyDesk desk;
  desk.state().glossary = book_glossary();
  desk.state().maximised = "autograd";
  desk.window.frames(4);
  CHECK(unexplained(desk.window, desk.state().glossary) == std::set<std::string>{});
  desk.state().help = true;
  desk.window.frames(4);
  CHECK(desk.shows("term.router"));
  CHECK_THAT(desk.window.drawing(), ContainsSubstring("adaptive computation:"));
}

TEST_CASE("the form of a run to train explains its words") {
  WritingSource source;
  Opener opener;
  opener.open = [](const std::string&) { return Sources(); };
  opener.train = [](const TrainRequest&) { return Sources(); };
  Headless window(source, 1280, 800, ui::FontSource::builtin, opener);
  window.app().state().glossary = book_glossary();
  window.app().state().open.dialog = Dialog::open;
  window.frames(4);
  for (const char* word : {"term.FLOPs", "term.capacity", "term.sharing", "term.layer", "term.width"}) {
    CAPTURE(word);
    CHECK(window.app().registry().find(word));
  }
}

TEST_CASE("the words of the field that the window uses are all in the glossary") {
  std::set<std::string> known;
  for (const Term& term : book_glossary()) known.insert(lower(term.word));
  for (const char* word : {"capacity",
                           "KV cache",
                           "nats",
                           "sigmoid",
                           "held out",
                           "rule",
                           "FLOPs",
                           "logit",
                           "perplexity",
                           "entropy",
                           "z-loss",
                           "MaxVio",
                           "KV",
                           "quantile",
                           "residual",
                           "embedding",
                           "bits per byte",
                           "tying",
                           "tape",
                           "RoPE",
                           "softmax",
                           "router",
                           "recursion",
                           "gate",
                           "cut-off",
                           "regret",
                           "top-k",
                           "top-p",
                           "temperature",
                           "seed",
                           "snapshot",
                           "learning rate",
                           "lr",
                           "overlap",
                           "balancing loss",
                           "rank correlation",
                           "recursive",
                           "sampling accuracy",
                           "shared block"}) {
    CAPTURE(word);
    CHECK(known.contains(lower(word)));
  }
}

TEST_CASE("a text is data between quotation marks and in tokens: nothing is underlined there") {
  Desk desk;
  desk.state().glossary = {{"girl", "A child."}};
  desk.state().maximised = "strip";
  desk.state().bare = true;
  desk.window.frames(4);
  CHECK_THAT(desk.window.drawing(), ContainsSubstring(">girl<"));
  CHECK_FALSE(desk.shows("term.girl"));
}

TEST_CASE("a term is underlined once in a panel") {
  Desk desk;
  desk.state().glossary = {{"recursion", "One pass through the shared block."}};
  desk.state().maximised = "strip";
  desk.state().bare = true;
  desk.window.frames(3);
  const std::vector<uint8_t> once = desk.window.picture().rgba;
  const Box first = desk.window.app().registry().find("term.recursion")->box;
  // The caption is above the legend, which has the word, too.
  int others = 0;
  for (const std::string& text : texts_of(desk.window.drawing()))
    others += !terms_in(desk.state().glossary, text).empty();
  CHECK(others > 1);
  CHECK(first.max.y < desk.window.app().registry().find("strip.token.0")->box.min.y);
}

TEST_CASE("the explanation of a word is beside it, and moves nothing") {
  Desk desk;
  desk.state().glossary = {{"recursion", "One pass through the shared block."}};
  desk.state().maximised = "strip";
  desk.window.frames(3);
  const auto before = desk.window.app().registry().items();
  const Box word = before.at("term.recursion").box;
  REQUIRE(desk.window.hover("term.recursion"));
  for (const auto& [name, item] : desk.window.app().registry().items()) {
    CAPTURE(name);
    REQUIRE(before.contains(name));
    CHECK(before.at(name).box.min.y == item.box.min.y);
  }
  const ImDrawData& data = *ImGui::GetDrawData();
  int tooltips = 0;
  for (int i = 0; i < data.CmdListsCount; ++i) {
    const ImDrawList& list = *data.CmdLists[i];
    if (!std::string(list._OwnerName).starts_with("##Tooltip")) continue;
    ++tooltips;
    for (const ImDrawVert& v : list.VtxBuffer) CHECK(v.pos.y > word.max.y - 1);
  }
  CHECK(tooltips == 1);
}

TEST_CASE("every button says what a click does, and no two of a page say the same") {
  // What is pressed in a picture answers in the picture.
  const auto in_picture = [](const std::string& name) {
    for (const char* part :
         {"depth.row.",          "depth.example.", "depth.worst.",      "depth.dots.",      "attention.map.",
          "autograd.value.",     "lens.choices",   "candidates.",       "patches.image.",   "gen.prompt",
          "autograd.expression", "autograd.leaf.", "tokens.search",     "tokens.own",       "split.",
          "loop.text",           "curves.",        "depth.training.",   "loop.bar",         "depth.sort.",
          "compare.sort.",       "compare.run.",   "inspector.number.", "inspector.guess.", "top.badge"})
      if (name.starts_with(part)) return true;
    return false;
  };
  for (const char* page :
       {"Loop", "Overview", "Generate", "Inside", "Compare", "Where depth", "Serving", "Autograd", "Data"}) {
    WordyDesk desk;
    desk.state().page = page;
    desk.window.frames(6);
    (void)wait_for(desk.source, [&] { return !desk.source.generation().surveying; });
    desk.window.frames(2);
    std::vector<std::string> buttons;
    const ui::Registry& registry = desk.window.app().registry();
    for (const auto& [name, item] : registry.items())
      if (item.visible && registry.can_be_pressed(name) && !in_picture(name)) buttons.push_back(name);
    CHECK(buttons.size() > 20);
    std::map<std::string, std::string> said;
    std::multiset<std::string> at_rest;
    for (const std::string& text : texts_of(desk.window.drawing())) at_rest.insert(text);
    for (const std::string& name : buttons) {
      CAPTURE(page, name);
      std::multiset<std::string> before = at_rest;
      if (!desk.window.hover(name)) continue;
      desk.window.frames(2);
      std::string hint;
      for (const std::string& text : texts_of(desk.window.drawing())) {
        const auto known = before.find(text);
        if (known != before.end())
          before.erase(known);
        else
          hint += text + " ";
      }
      CHECK(hint != "");
      if (!name.starts_with("menu.") && !name.starts_with("a.") && !name.starts_with("b.")) {
        CAPTURE(hint, said[hint]);
        CHECK((said[hint].empty() || hint.empty()));
        said[hint] = name;
      }
    }
  }
}

TEST_CASE("a panel's title has the name that the command line and layouts know it by") {
  for (const auto& panel : make_panels()) {
    CAPTURE(panel->title(), panel->name());
    CHECK_THAT(lower(panel->title()), ContainsSubstring(panel->name()));
  }
}

TEST_CASE("text grows with its panel, up to what a last row can read") {
  const auto height_of = [](int width, int height, float zoom) {
    Desk desk(width, height);
    desk.state().zoom = zoom;
    desk.state().maximised = "strip";
    desk.state().bare = true;
    desk.window.frames(4);
    const Box token = desk.window.app().registry().find("strip.token.0")->box;
    return token.height() / zoom;
  };
  const float small = height_of(480, 320, 1), middle = height_of(1280, 800, 1), large = height_of(1920, 1080, 1);
  CHECK(small < middle);
  CHECK(middle <= large);
  CHECK(large > 2 * small);
  CHECK(height_of(3840, 2160, 2) == Approx(large).epsilon(0.05));
}
