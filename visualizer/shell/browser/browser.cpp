#include "visualizer/shell/browser/browser.h"

#include <backends/imgui_impl_opengl3.h>
#include <emscripten/emscripten.h>
#include <emscripten/html5.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "tensor/error.h"
#include "tensor/files.h"
#include "visualizer/draw/glyphs.h"

// What the page's script does for the program.
EM_JS(void, page_title, (const char* title), { document.title = UTF8ToString(title); });
EM_JS(void, page_copy, (const char* text), { page.copy(UTF8ToString(text)); });
EM_JS(void, page_link, (const char* scene), { page.copyLink(UTF8ToString(scene)); });
EM_JS(void, page_want_text, (int wanted), { page.wantText(wanted != 0); });
EM_JS(void, page_pick, (), { page.pick(); });
EM_JS(int, page_keep, (const char* text), { return page.keep(UTF8ToString(text)); });
EM_JS(void, page_download, (const char* name, const char* bytes, int size),
      { page.download(UTF8ToString(name), HEAPU8.slice(bytes, bytes + size)); });

namespace tinymor {
namespace {

namespace fs = std::filesystem;

struct NamedKey {
  const char* name;
  ImGuiKey key;
};
// Those that the window or a text field acts on. Letters are keys only where Ctrl makes them commands of a text field.
constexpr NamedKey keys[] = {{"ArrowLeft", ImGuiKey_LeftArrow},
                             {"ArrowRight", ImGuiKey_RightArrow},
                             {"ArrowUp", ImGuiKey_UpArrow},
                             {"ArrowDown", ImGuiKey_DownArrow},
                             {"Home", ImGuiKey_Home},
                             {"End", ImGuiKey_End},
                             {"PageUp", ImGuiKey_PageUp},
                             {"PageDown", ImGuiKey_PageDown},
                             {"Insert", ImGuiKey_Insert},
                             {"Delete", ImGuiKey_Delete},
                             {"Backspace", ImGuiKey_Backspace},
                             {"Enter", ImGuiKey_Enter},
                             {"Escape", ImGuiKey_Escape},
                             {"Tab", ImGuiKey_Tab},
                             {" ", ImGuiKey_Space},
                             {"a", ImGuiKey_A},
                             {"c", ImGuiKey_C},
                             {"v", ImGuiKey_V},
                             {"x", ImGuiKey_X},
                             {"y", ImGuiKey_Y},
                             {"z", ImGuiKey_Z}};

/// What the person has pasted, until a text field asks for it.
std::string& pasted() {
  static std::string text;
  return text;
}

void connect_clipboard() {
  ImGuiIO& io = ImGui::GetIO();
  io.GetClipboardTextFn = [](void*) { return pasted().c_str(); };
  io.SetClipboardTextFn = [](void*, const char* text) {
    pasted() = text;
    page_copy(text);
  };
  ui::keep_clipboard_true();
}

void make_context() {
  EmscriptenWebGLContextAttributes wanted;
  emscripten_webgl_init_context_attributes(&wanted);
  wanted.majorVersion = 2;
  wanted.alpha = wanted.depth = wanted.stencil = false;
  const EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context = emscripten_webgl_create_context("#canvas", &wanted);
  check_input(context > 0, "page: this browser has no WebGL 2 (use a newer one, or turn on its hardware acceleration)");
  emscripten_webgl_make_context_current(context);
}

void feed(const PageInput& input) {
  ImGuiIO& io = ImGui::GetIO();
  ui::feed_shift(io, input.shift);
  ui::feed_ctrl(io, input.ctrl);
  switch (input.kind) {
    case PageInput::pointer:
      return ui::feed_mouse_position(io, {input.x, input.y});
    case PageInput::button:
      return ui::feed_mouse_button(io, input.which, input.down);
    case PageInput::wheel:
      return ui::feed_wheel(io, input.x);
    case PageInput::key:
      return ui::feed_key(io, ImGuiKey(input.which), input.down);
    case PageInput::text:
      return ui::type_text(input.typed);
    case PageInput::paste:
      pasted() = input.typed;
      return ui::feed_key(io, ImGuiKey_V, true);
  }
}

}  // namespace

Browser::Browser() {
  make_context();
  host_.emplace(ui::FontSource::system);
  ui::name_headless_keys(ImGui::GetIO());
  connect_clipboard();
  ImGui_ImplOpenGL3_Init("#version 300 es");
}

Browser::~Browser() {
  textures_.clear();
  ImGui_ImplOpenGL3_Shutdown();
}

void Browser::resize(int width, int height, float density) {
  width_ = std::max(1, width);
  height_ = std::max(1, height);
  density_ = density;
}

void Browser::hear(PageInput input) {
  const bool goes_on = input.kind == PageInput::wheel && !heard_.empty() && heard_.back().kind == PageInput::wheel;
  if (goes_on) {
    input.x += heard_.back().x;
    heard_.pop_back();
  }
  heard_.push_back(std::move(input));
}

/// A button or key that goes down and up within one frame would not be heard, and a click would be where the mouse went
/// after it, or on what it has not been over yet.
bool Browser::fits_this_frame(const PageInput& input, bool moved, bool pressed) const {
  if (input.kind == PageInput::pointer) return !pressed;
  return input.kind == PageInput::button ? !moved && !pressed : !pressed;
}

bool Browser::take_input() {
  const bool any = !heard_.empty();
  bool moved = false, pressed = false;
  while (!heard_.empty() && fits_this_frame(heard_.front(), moved, pressed)) {
    const PageInput input = std::move(heard_.front());
    heard_.pop_front();
    feed(input);
    moved |= input.kind == PageInput::pointer;
    pressed |= input.kind != PageInput::pointer && input.kind != PageInput::text;
    if (input.kind == PageInput::paste) heard_.push_front({.kind = PageInput::key, .which = ImGuiKey_V});
  }
  return any;
}

/// A page has a keyboard on the screen, on some computers, only while a text is wanted.
void Browser::ask_for_text() {
  const bool wanted = ImGui::GetIO().WantTextInput;
  if (std::exchange(wants_text_, wanted) != wanted) page_want_text(wanted);
}

void Browser::draw(App& app, double seconds) {
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {float(width_), float(height_)};
  io.DeltaTime = float(std::max(seconds, 1e-4));
  if (host_->match_scale(std::clamp(density_, 0.5f, 4.0f) * app.state().zoom)) {
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
  }
  ImGui_ImplOpenGL3_NewFrame();
  host_->frame(app, seconds);
  ask_for_text();
  if (ui::glyphs_added()) upload_fonts();
  if (host_->for_file()) return;
  textures_.draw_frame(width_, height_);
}

std::optional<int> key_named(const std::string& name) {
  const auto found =
      std::find_if(std::begin(keys), std::end(keys), [&](const NamedKey& key) { return key.name == name; });
  return found == std::end(keys) ? std::nullopt : std::optional(int(found->key));
}

void wake_page() {
  MAIN_THREAD_ASYNC_EM_ASM({ page.wake(); });
}

void set_page_title(const std::string& title) {
  page_title(title.c_str());
}

void copy_in_page(const std::string& text) {
  page_copy(text.c_str());
}

void copy_link(const std::string& scene) {
  page_link(scene.c_str());
}

void ask_for_files() {
  page_pick();
}

bool keep_in_browser(const std::string& text) {
  return page_keep(text.c_str());
}

void hand_out(const fs::path& folder, const std::string& but) {
  std::error_code ignored;
  std::vector<fs::path> files;
  for (auto entry = fs::directory_iterator(folder, ignored); entry != fs::directory_iterator();
       entry.increment(ignored))
    if (entry->is_regular_file(ignored) && (but.empty() || entry->path().extension() != but))
      files.push_back(entry->path());
  for (const fs::path& file : files) {
    const std::string bytes = read_file(file, uint64_t(1) << 30);
    page_download(file.filename().c_str(), bytes.data(), int(bytes.size()));
    fs::remove(file, ignored);
  }
}

}  // namespace tinymor
