#pragma once
// The whole window as one function of a source and a state: bars, panels, keys. It knows ImGui but no window, so that a
// picture, a test and the desktop draw the same.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "visualizer/panels/panel.h"
#include "visualizer/runs/rest.h"
#include "visualizer/shell/export.h"
#include "visualizer/shell/open_dialog.h"
#include "visualizer/state/layout.h"
#include "visualizer/state/session.h"

namespace tinymor {

class App {
 public:
  /// The source must outlive the app, until another one is shown.
  explicit App(Source& source, Opener opener = {});

  /// One frame, between ImGui::NewFrame and ImGui::Render; `seconds` since the last one.
  void frame(double seconds);

  /// Another source from the next frame on, with those that stand beside it, if any, in the place of all that were
  /// there; the state that belongs to a text starts anew.
  void show(Sources sources);
  /// Others beside it and beside those that stand there, the first of them in the compare panel.
  void compare(Sources sources);
  /// Takes in news; true when there were some.
  bool poll();
  /// A file or folder was dropped onto the window.
  void drop(const std::string& path) { state_.wishes.push_back({Wish::open, 0, path}); }
  Source& source() { return *source_; }

  /// Ctrl with '+', '-' or '0': larger, smaller, 100 %.
  void zoom_key(char key);
  /// A part of the frame that is to be saved once it is rendered; asks once.
  std::optional<PictureRequest> picture_request() { return std::exchange(picture_, std::nullopt); }
  /// Whether the picture changes by itself, so that frames are wanted without input.
  bool animating() const;

  AppState& state() { return state_; }
  const ui::Registry& registry() const { return registry_; }
  const std::vector<std::unique_ptr<Panel>>& panels() const { return panels_; }
  /// Null when there is none of this name.
  const Panel* panel(const std::string& name) const;
  /// Every panel and the time line, or the panel of this name, as plain text.
  std::string text(const std::string& name = "");
  /// Every panel, each below its name, or the panel of this name, as comma-separated values.
  std::string csv(const std::string& name = "") const;

 private:
  void begin_timeline();
  void rest(double seconds);
  void begin_scene();
  void let_go_of_unseen();
  void update(double seconds);
  void draw_workspace(const Box& area);
  void drag_splitters(Page& page);
  void draw_tile(const Tile& tile);
  void draw_contents(Panel& panel, const Tile& tile);
  void save(const Panel& panel, const Tile& tile, const SvgCanvas& drawing);
  void fulfil_wishes();
  void grant(const Wish& wish);
  void keep_note(const std::string& text);
  void open(const Wish& wish);
  void try_what_if();
  void swap_compared();
  void move_keyboard();
  void reveal_lesson();
  void toggle_session();
  void update_comparison();

  Opener opener_;
  Sources owned_;  // the source and what it is compared with, unless they came from outside
  Source* source_;
  AppState state_;
  std::optional<PictureRequest> picture_;
  ui::Registry registry_;
  SessionRecorder session_;
  std::pair<int, int> lesson_step_{-1, -1};  // that was begun last
  Rest rest_;
  float dragged_from_ = 0;  // how far the gap that is being dragged was moved before
  std::vector<std::unique_ptr<Panel>> panels_;
};

}  // namespace tinymor
