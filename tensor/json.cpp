#include "tensor/json.h"

#include <set>
#include <vector>

#include "tensor/error.h"

namespace tinymor {

nlohmann::json parse_json(std::string_view text, const std::string& name, int max_depth) {
  using Event = nlohmann::json::parse_event_t;
  std::vector<std::set<std::string>> keys;  // of the objects that are open, outermost first
  const auto guard = [&](int depth, Event event, nlohmann::json& parsed) {
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::object_start || event == Event::array_start) {
      check_input(depth < max_depth, "{}: nested deeper than {} levels (not a file of this kind)", name, max_depth);
    }
    if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      check_input(keys.back().insert(key).second, "{}: \"{}\" is there twice (keep one)", name, key);
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text.begin(), text.end(), guard);
  } catch (const nlohmann::json::parse_error& e) {
    throw InputError(fmt::format("{}: not JSON from byte {} on (damaged, or not a file of this kind)", name, e.byte));
  } catch (const nlohmann::json::out_of_range&) {
    throw InputError(fmt::format("{}: has a number too large for any computer (damaged: correct it)", name));
  }
}

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  const std::string text = json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string escaped;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool two_bytes = text[i] == '\xC2' && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (text[i] == '\x7F' || two_bytes) {
      escaped += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[i += two_bytes]));
    } else {
      escaped += text[i];
    }
  }
  return escaped;
}

}  // namespace tinymor
