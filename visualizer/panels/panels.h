#pragma once
// Makes the panels. Each is in the file of its name.

#include "visualizer/panels/panel.h"

namespace tinymor {

std::unique_ptr<Panel> make_loop_panel();
std::unique_ptr<Panel> make_inspector_panel();
std::unique_ptr<Panel> make_strip_panel();
std::unique_ptr<Panel> make_grid_panel();
std::unique_ptr<Panel> make_curves_panel();
std::unique_ptr<Panel> make_kv_panel();
std::unique_ptr<Panel> make_attention_panel();
std::unique_ptr<Panel> make_scores_panel();
std::unique_ptr<Panel> make_lens_panel();
std::unique_ptr<Panel> make_sharing_panel();
std::unique_ptr<Panel> make_compare_panel();
std::unique_ptr<Panel> make_generate_panel();
std::unique_ptr<Panel> make_autograd_panel();
std::unique_ptr<Panel> make_tokens_panel();
std::unique_ptr<Panel> make_patches_panel();
std::unique_ptr<Panel> make_depth_panel();
std::unique_ptr<Panel> make_serving_panel();

}  // namespace tinymor
