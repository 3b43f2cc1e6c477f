#pragma once
// Tokens that were added to a vocabulary by hand, as the beginning and the end of a text: they are found in a text as
// they are, before all else, and nothing merges with them.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tinymor {

struct AddedToken {
  std::string content;
  int32_t id = 0;
  bool special = false;              ///< Not part of what people read.
  bool left = false, right = false;  ///< The spaces on that side of it go with it.
};

class AddedTokens {
 public:
  AddedTokens() = default;
  /// Whose contents are not empty.
  explicit AddedTokens(std::vector<AddedToken> tokens);

  /// Appends the ids of a text: those of these tokens, and what `between(part, is first, ids)` appends for the parts
  /// between them.
  template <class Between>
  void encode(std::string_view text, std::vector<int32_t>& ids, Between&& between) const {
    for (std::string_view rest = text; !rest.empty();) {
      const Found found = first_in(rest);
      if (found.begin > 0) between(rest.substr(0, found.begin), rest.data() == text.data(), ids);
      if (found.token) ids.push_back(found.token->id);
      rest.remove_prefix(found.end);
    }
  }

  /// A token and the bytes of a text that go with it; where there is none, the end of the text.
  struct Found {
    const AddedToken* token;
    size_t begin, end;
  };
  /// The first in `text`; of those that begin at one place the longest.
  Found first_in(std::string_view text) const;

  const std::vector<AddedToken>& all() const { return tokens_; }

 private:
  std::vector<AddedToken> tokens_;  // the longest first
  std::array<bool, 256> begins_{};  // whether one begins with that byte
};

}  // namespace tinymor
