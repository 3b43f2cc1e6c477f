#pragma once
// What to say when the system refuses something that a program does to a file: whose fault it is depends on why.

#include <filesystem>
#include <string>

#include "tensor/error.h"

namespace tinymor {

/// There is no room on a disk: whatever else a program could go on with would have none, either.
struct FullDisk : Error {
  using Error::Error;
};

/// Throws that `what` happened to `file` for the reason `errno_value`: a FullDisk, or an InputError that ends in the
/// hint `mend`.
[[noreturn]] void refuse_place(const std::filesystem::path& file, const std::string& what, int errno_value,
                               const std::string& mend);

}  // namespace tinymor
