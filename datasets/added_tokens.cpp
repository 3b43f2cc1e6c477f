#include "datasets/added_tokens.h"

#include <algorithm>
#include <functional>

namespace tinymor {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::stable_sort(tokens_.begin(), tokens_.end(),
                   [](const AddedToken& a, const AddedToken& b) { return a.content.size() > b.content.size(); });
  for (const AddedToken& token : tokens_) begins_[static_cast<unsigned char>(token.content[0])] = true;
}

AddedTokens::Found AddedTokens::first_in(std::string_view text) const {
  for (size_t at = 0; at < text.size(); ++at) {
    if (!begins_[static_cast<unsigned char>(text[at])]) continue;
    for (const AddedToken& token : tokens_) {
      if (!text.substr(at).starts_with(token.content)) continue;
      Found found{&token, at, at + token.content.size()};
      while (token.left && found.begin > 0 && is_space(text[found.begin - 1])) --found.begin;
      while (token.right && found.end < text.size() && is_space(text[found.end])) ++found.end;
      return found;
    }
  }
  return {nullptr, text.size(), text.size()};
}

}  // namespace tinymor
