#pragma once
// What ImGui's part for OpenGL is compiled with for a page. It asks before each frame how everything is set, to put it
// back, and in a page such a question waits until all that was drawn so far is done. Nobody else draws on the canvas, so
// it hears how everything is at first.

#include <GLES3/gl3.h>

inline void set_at_first(GLenum name, GLint* value) {
  *value = 0;
  if (name == GL_VIEWPORT || name == GL_SCISSOR_BOX) value[1] = value[2] = value[3] = 0;
  if (name == GL_ACTIVE_TEXTURE) *value = GL_TEXTURE0;
  if (name == GL_BLEND_EQUATION_RGB || name == GL_BLEND_EQUATION_ALPHA) *value = GL_FUNC_ADD;
  if (name == GL_MAJOR_VERSION) *value = 3;
}

#define glGetIntegerv set_at_first
#define glIsEnabled(what) GLboolean(GL_FALSE)
