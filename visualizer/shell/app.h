#pragma once
// The whole window as one function of a source and a state: bars, panels, keys. It knows ImGui but no window, so that a
// picture, a test and the desktop draw the same. It owns the runs that are shown; what it does with them has headers of
// its own (steering.h, workspace.h, opening.h ...).

#include <optional>
#include <string>
#include <utility>

#include "visualizer/runs/rest.h"
#include "visualizer/shell/export.h"
#include "visualizer/shell/opening.h"
#include "visualizer/state/session.h"

namespace tinymor {

class App {
 public:
  /// The source must outlive the app, or be replaced by another one before it ends.
  explicit App(Source& source, Opener opener = {});

  /// One frame, between ImGui::NewFrame and ImGui::Render; `seconds` since the last one.
  void frame(double seconds);

  /// Shows other sources from the next frame on: the first of them, and the rest beside it. The state that belongs to a
  /// run starts anew.
  void show(Sources sources);
  /// Puts further sources beside the one that is shown, the first of them into the compare panel.
  void compare(Sources sources);
  /// Takes in news; true when there were some.
  bool poll();
  /// A file or folder was dropped onto the window.
  void drop(const std::string& path) { state_.wishes.push_back({Wish::open, 0, path}); }
  Source& source() { return *source_; }

  /// A panel that is to be saved once the frame is rendered; asks once.
  std::optional<PictureRequest> picture_request() { return std::exchange(picture_, std::nullopt); }
  /// Whether what is done is being written down as a scene.
  bool writes_session() const { return session_.running(); }
  /// Whether the picture changes by itself, so that frames are wanted without input.
  bool animating() const;

  AppState& state() { return state_; }
  const ui::Registry& registry() const { return registry_; }
  const Panels& panels() const { return panels_; }
  /// Null for an unknown name.
  const Panel* panel(const std::string& name) const { return find_panel(panels_, name); }
  /// What the panels show now, or the panel of this name, as text_report() and csv_report() write it.
  std::string text(const std::string& name = "");
  std::string csv(const std::string& name = "") const;

 private:
  void update(double seconds);
  void draw();
  void draw_with_bars(const Box& window);
  void draw_above_panels();
  void grant_wishes();
  void grant_in_turn(const std::vector<Wish>& wishes, bool writing);
  void grant(const Wish& wish);
  void open(const Wish& wish);
  void swap_compared();
  void copy_link();
  void begin_run();
  void let_go_of_unseen();

  Opener opener_;
  Sources owned_;  // the source and what it is compared with, unless they came from outside
  Source* source_;
  AppState state_;
  std::optional<PictureRequest> picture_;
  ui::Registry registry_;
  SessionRecorder session_;
  Rest rest_;
  Panels panels_;
  Panels drawn_;  // of the run before: the newest frame still shows their images
};

}  // namespace tinymor
