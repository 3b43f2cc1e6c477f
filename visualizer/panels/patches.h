#pragma once
// A few held-out images and how deep a model of images thinks about each of their patches: the picture of MoR-ViT
// (arXiv 2507.21761), at every recorded step of the run.

#include "visualizer/panel.h"

namespace tinymor {

class PatchesPanel : public Panel {
 public:
  const char* name() const override { return "patches"; }
  const char* title() const override { return "Patches of images"; }
  std::string caption(const Source& source, const AppState& state) const override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;

 private:
  /// A patch of an image; -1: none.
  struct Place {
    int image = -1, patch = -1;
  };
  /// The one under the mouse, else the one that the state names.
  Place shown_place(const AppState& state, const ImageSnapshot& shown) const;
  void collect(const Source& source, const AppState& state);
  void draw_images(const Source& source, AppState& state, Canvas& canvas, const ImageSnapshot& shown, const Box& area);
  void draw_image(AppState& state, Canvas& canvas, const ImageSnapshot& shown, int image, const Box& box);

  std::vector<std::shared_ptr<const Image>> pictures_;  // of the snapshot that is shown
  uint64_t version_ = 0;
  int index_ = -1;
  Place hovered_, hovering_;  // as of the last frame, and of this one
};

}  // namespace tinymor
