#include "visualizer/shell/textures.h"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_opengl3.h>

#include "visualizer/draw/canvas.h"
#include "visualizer/draw/theme.h"

namespace tinymor {

void upload_fonts() {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  atlas.GetTexDataAsRGBA32(&pixels, &width, &height);
  glBindTexture(GL_TEXTURE_2D, GLuint(intptr_t(atlas.TexID)));
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
}

void Textures::draw_frame(int width, int height) {
  const ImVec4 ground = ui::vec4(ui::colors::ground);
  glViewport(0, 0, width, height);
  glClearColor(ground.x, ground.y, ground.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  resolve(*ImGui::GetDrawData());
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

void Textures::resolve(ImDrawData& data) {
  std::map<uint64_t, Id> drawn;
  for (int n = 0; n < data.CmdListsCount; ++n) {
    for (ImDrawCmd& command : data.CmdLists[n]->CmdBuffer) {
      const Image* image = image_of(command);
      if (!image) continue;
      auto known = drawn.find(image->id);
      if (known == drawn.end()) {
        const auto kept = kept_.extract(image->id);
        known = drawn.emplace(image->id, kept.empty() ? upload(image->picture) : kept.mapped()).first;
      }
      command.TextureId = ImTextureID(intptr_t(known->second));
    }
  }
  clear();
  kept_ = std::move(drawn);
}

void Textures::clear() {
  for (const auto& [id, texture] : kept_) glDeleteTextures(1, &texture);
  kept_.clear();
}

Textures::Id Textures::upload(const Picture& picture) {
  Id texture = 0;
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D, texture);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, picture.width, picture.height, 0, GL_RGBA, GL_UNSIGNED_BYTE,
               picture.rgba.data());
  return texture;
}

}  // namespace tinymor
