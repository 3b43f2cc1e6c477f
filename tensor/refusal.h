#pragma once
// What to say when the system refuses something that a program does to a file: whose fault it is depends on why.

#include <filesystem>
#include <string>

namespace tinymor {

/// Whether that value of errno says that there is no room.
bool is_full(int errno_value);

/// Throws that `what` happened to `file`, and why: an Error where there is no room, else an InputError, which ends in
/// the hint `mend`.
[[noreturn]] void refuse_place(const std::filesystem::path& file, const std::string& what, int errno_value,
                               const std::string& mend);

}  // namespace tinymor
