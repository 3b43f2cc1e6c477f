#pragma once
// How training goes: loss of the batches and of held-out text under both rules, and small plots of learning rate, depth
// and speed.

#include "visualizer/panel.h"
#include "visualizer/plot.h"

namespace tinymor {

class CurvesPanel : public Panel {
 public:
  const char* name() const override { return "curves"; }
  const char* title() const override { return "Training"; }
  std::string caption(const Source& source, const AppState& state) const override;
  float controls(const Source& source, AppState& state, float right) override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;

 private:
  void collect(const Source& source, const AppState& state);
  void add_baseline(const Source& other);
  void draw_small(Canvas& canvas, const Box& box, std::optional<double> marker);

  Plot loss_{"curves.loss"};
  Plot small_[3] = {Plot("curves.depth"), Plot("curves.speed"), Plot("curves.lr")};
  std::vector<PlotSeries> loss_series_;
  PlotSeries small_series_[3];
  uint64_t version_ = 0;  // of the sources that the series were made from
  CurveAxis axis_ = CurveAxis::steps;
  bool smooth_ = false;
};

}  // namespace tinymor
