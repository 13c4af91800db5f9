// SPDX-License-Identifier: Apache-2.0
//
// A file that appears all at once or not at all: it is written under a temporary name in the same
// folder (".timeline.csv.<process>.partial") and gets its own by commit(). A pending file that is
// destroyed leaves nothing behind. Errors name the file, what the system said and the remedy.

#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace fn::sim {

class PendingFile {
 public:
  // `remedy` is what an error advises beside freeing space; it outlives the file.
  static core::Result<PendingFile> create(
      const std::string& folder,
      const std::string& name,
      std::string_view remedy = "give another folder with --out");

  // Removes from the folder what programs have left there that were ended before they could.
  static void remove_stale(const std::string& folder);

  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&& other) noexcept;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  core::Status write(std::string_view text);

  // Everything is written out; only the name is still missing. Nothing may be written after it.
  core::Status close();

  // REQUIRES: close() went well.
  core::Status commit();

  // Where it is until commit().
  [[nodiscard]] const std::string& partial() const { return partial_; }

  // Where it is after commit().
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct Closer {
    void operator()(std::FILE* file) const;
  };

  PendingFile(std::string path, std::string partial, std::string_view remedy, std::FILE* file);
  void discard();

  std::string path_;
  std::string partial_;  // empty: nothing is to be removed
  std::string_view remedy_;
  std::unique_ptr<std::FILE, Closer> file_;
};

}  // namespace fn::sim
