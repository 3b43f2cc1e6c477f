// What docs/11-a-tour-of-the-app.md says of the window, held against the window. Its measured figures are
// docs/window.sh's.

#include <fmt/format.h>

#include <cctype>
#include <map>

#include "support/book.h"
#include "support/runs.h"
#include "support/temporary_folder.h"
#include "trainer/loop/trainer.h"
#include "trainer/recording/recording.h"
#include "visualizer/panels/panel.h"
#include "visualizer/runs/source.h"
#include "visualizer/shell/keys.h"
#include "visualizer/state/layout.h"

using namespace tinymor;

namespace {

std::string chapter() {
  return book("docs/11-a-tour-of-the-app.md");
}

/// Of each panel's title in the table the page that it is listed under.
std::map<std::string, std::string> listed_pages() {
  std::map<std::string, std::string> pages;
  std::istringstream rows(part(chapter(), "| --- | --- | --- |\n", "\n\n"));
  std::string line, page;
  std::getline(rows, line);
  while (std::getline(rows, line)) {
    const size_t title = line.find(" |", 1), end = line.find(" |", title + 2);
    if (title > 1) page = line.substr(2, title - 2);
    pages[line.substr(title + 3, end - title - 3)] = page;
  }
  return pages;
}

}  // namespace

TEST_CASE("chapter 11: the table lists every panel by its title, under the first page that has it") {
  const std::map<std::string, std::string> listed = listed_pages();
  CHECK(listed.size() == make_panels().size());
  for (const auto& panel : make_panels()) {
    CAPTURE(panel->title());
    REQUIRE(listed.contains(panel->title()));
    std::string found;
    for (const bool images : {false, true})
      for (const Page& page : pages(Arrangement::normal, {}, 15, images))
        if (found.empty() && page.holds(panel->name())) found = page.name + (images ? " of a run on images" : "");
    CHECK(listed.at(panel->title()) == found);
  }
  const std::vector<Page> wide = pages(Arrangement::wide, {}, 15, false);
  CHECK(page_of(wide, "Overview", false).holds("generate"));
  CHECK_THAT(unwrapped(chapter()), ContainsSubstring("a large window has room for *Generate* on the Overview"));
}

TEST_CASE("chapter 11: every letter that the chapters on the window call a key is a key") {
  std::string keys;
  for (const KeyHelp& key : key_help()) keys += std::string(" ") + key.keys + ",";
  const std::string text = chapter() + book("docs/12-teaching-with-it.md");
  int found = 0;
  for (size_t at = text.find('`'); at < text.size() - 2; at = text.find('`', at + 1)) {
    if (text[at + 2] != '`' || std::isalnum(text[at + 1]) == 0 || text[at + 1] == 'N') continue;
    CAPTURE(text.substr(at, 3));
    CHECK_THAT(keys, ContainsSubstring(std::string(" ") + text[at + 1] + ","));
    ++found;
  }
  CHECK(found > 8);
}

TEST_CASE("chapter 11: snapshots take the memory and cost a run the time that it says") {
  const std::string text = unwrapped(chapter());
  CHECK_THAT(text, ContainsSubstring(fmt::format("The snapshots of a run keep to {} MB of memory",
                                                 RunHistory::most_bytes / 1000000)));
  const std::string before = "made 120 steps of the default model take ";
  const double every_step = number(part(text, before, "more").substr(before.size()));
  const int64_t every = Config::defaults().train.record_every;
  CHECK(every == 50);
  CHECK_THAT(text, ContainsSubstring("one after every fiftieth, which is the default, takes " +
                                     fmt::format("{:.1f} %", every_step / double(every))));
}

TEST_CASE("chapter 11: the snapshots that it names have gradients and attention") {
  const std::string text = unwrapped(chapter());
  for (const char* said : {"is in every fourth snapshot only", "in the first twenty and then in every twenty-fifth",
                           "The last one of a run, and one that was asked for, has everything"})
    CHECK_THAT(text, ContainsSubstring(said));
  const TemporaryFolder folder;
  Config config = tiny_text_run(folder.path(), 53);
  config.train.record_every = 1;
  Trainer(config, folder.path() / "run").run();
  const std::vector<Snapshot> snapshots = read_recording(folder.path() / "run/recording.mortrace").snapshots;
  REQUIRE(snapshots.size() == 54);
  for (size_t n = 0; n < snapshots.size(); ++n) {
    CAPTURE(n);
    const bool last = n == 53;
    CHECK(snapshots[n].topk.gradients.use.empty() == !(last || n % 4 == 0));
    CHECK(snapshots[n].threshold.attention.empty() == !(last || n < 20 || n % 25 == 0));
  }
}
