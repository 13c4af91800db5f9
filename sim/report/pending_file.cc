// SPDX-License-Identifier: Apache-2.0

#include "sim/report/pending_file.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "core/base/assert.h"

namespace fn::sim {
namespace {

tl::unexpected<core::Error> failure(const std::string& path,
                                    const char* what,
                                    int error,
                                    std::string_view remedy) {
  return core::fail(core::ErrorCode::kUnavailable,
                    path + ": cannot be " + what + ": " +
                        std::error_code(error, std::generic_category()).message() +
                        "; free space or " + std::string(remedy));
}

}  // namespace

void PendingFile::Closer::operator()(std::FILE* file) const {
  // Only reached when the file is given up: what the buffer could not write does not matter.
  static_cast<void>(std::fclose(file));
}

core::Result<PendingFile> PendingFile::create(const std::string& folder,
                                              const std::string& name,
                                              std::string_view remedy) {
  std::string path = folder + "/" + name;
  std::string partial = folder + "/." + name + "." + std::to_string(::getpid()) + ".partial";
  std::FILE* file = std::fopen(partial.c_str(), "wbe");
  if (file == nullptr) {
    return failure(path, "created", errno, remedy);
  }
  return PendingFile(std::move(path), std::move(partial), remedy, file);
}

void PendingFile::remove_stale(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    constexpr std::string_view kEnd = ".partial";
    if (!name.starts_with('.') || !name.ends_with(kEnd)) {
      continue;
    }
    const std::string stem = name.substr(0, name.size() - kEnd.size());
    const char* const first = stem.data() + stem.rfind('.') + 1;
    const char* const end = stem.data() + stem.size();
    pid_t writer = 0;
    const auto [stopped, wrong] = std::from_chars(first, end, writer);
    const bool named = wrong == std::errc{} && stopped == end && writer > 0;
    if (named && ::kill(writer, 0) != 0 && errno == ESRCH) {
      std::error_code ignored;
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

PendingFile::PendingFile(std::string path,
                         std::string partial,
                         std::string_view remedy,
                         std::FILE* file)
    : path_(std::move(path)), partial_(std::move(partial)), remedy_(remedy), file_(file) {}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::move(other.path_)),
      partial_(std::exchange(other.partial_, {})),
      remedy_(other.remedy_),
      file_(std::move(other.file_)) {}

PendingFile& PendingFile::operator=(PendingFile&& other) noexcept {
  if (this != &other) {
    discard();
    path_ = std::move(other.path_);
    partial_ = std::exchange(other.partial_, {});
    remedy_ = other.remedy_;
    file_ = std::move(other.file_);
  }
  return *this;
}

PendingFile::~PendingFile() {
  discard();
}

void PendingFile::discard() {
  file_.reset();
  if (!partial_.empty()) {
    static_cast<void>(std::remove(partial_.c_str()));
    partial_.clear();
  }
}

core::Status PendingFile::write(std::string_view text) {
  FN_ASSERT(file_ != nullptr);
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) {
    return failure(path_, "written", errno, remedy_);
  }
  return {};
}

core::Status PendingFile::close() {
  FN_ASSERT(file_ != nullptr);
  if (std::fclose(file_.release()) != 0) {
    return failure(path_, "written", errno, remedy_);
  }
  return {};
}

core::Status PendingFile::commit() {
  FN_ASSERT(file_ == nullptr && !partial_.empty());
  if (std::rename(partial_.c_str(), path_.c_str()) != 0) {
    return failure(path_, "put in place", errno, remedy_);
  }
  partial_.clear();
  return {};
}

}  // namespace fn::sim
