#pragma once
// The page in a browser: a canvas with WebGL 2, what its script hears (page.js), and what it is asked to do.

#include <deque>
#include <filesystem>
#include <optional>
#include <string>

#include "visualizer/shell/imgui_host.h"
#include "visualizer/shell/textures.h"

namespace tinymor {

/// Something that a person did with mouse, finger or keyboard.
struct PageInput {
  enum Kind { pointer, button, wheel, key, text, paste } kind;
  float x = 0, y = 0;  ///< Of the pointer, in pixels; x: the notches of the wheel.
  int which = 0;       ///< The button, or the key as ImGui numbers it.
  bool down = false, shift = false, ctrl = false;
  std::string typed = {};
};

class Browser {
 public:
  /// Draws on the page's canvas. Throws InputError where the browser has no WebGL 2.
  Browser();
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  /// The canvas has this many pixels, `density` of them side by side for each of the page's.
  void resize(int width, int height, float density);
  void hear(PageInput input);
  /// Gives ImGui what was heard, as much as one frame can tell apart; false where there was nothing.
  bool take_input();
  bool has_input() const { return !heard_.empty(); }

  void draw(App& app, double seconds);

 private:
  bool fits_this_frame(const PageInput& input, bool moved, bool pressed) const;
  void ask_for_text();

  std::optional<ImGuiHost> host_;
  Textures textures_;
  std::deque<PageInput> heard_;
  int width_ = 1280, height_ = 800;
  float density_ = 1;
  bool wants_text_ = false;
};

/// ImGui's number of the key that browsers call `name`; nothing for a key that only types a character.
std::optional<int> key_named(const std::string& name);

/// Asks for a frame, from any thread.
void wake_page();
/// The page's title.
void set_page_title(const std::string& title);
/// Puts a text onto the clipboard.
void copy_in_page(const std::string& text);
/// Puts the page's address with a scene behind it onto the clipboard.
void copy_link(const std::string& scene);
/// Asks the person for files of this computer, which come as if they were dropped.
void ask_for_files();
/// Keeps a text in the browser, where the page finds it again as preferences_file(); an empty one is forgotten. False
/// where the browser does not allow that.
bool keep_in_browser(const std::string& text);
/// Gives the files in a folder to the person as downloads, and removes them; those that end in `but` stay.
void hand_out(const std::filesystem::path& folder, const std::string& but);

}  // namespace tinymor
