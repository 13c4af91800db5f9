// SPDX-License-Identifier: Apache-2.0

#include "sim/report/output_dir.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "sim/report/decision_lines.h"
#include "sim/report/timeline.h"

namespace fn::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kNames = {
    "timeline.csv", "decisions.jsonl", "groups.csv", "functions.csv", "summary.json"};

// A whole file, ready to be put in place.
core::Result<PendingFile> written(const std::string& folder,
                                  const std::string& name,
                                  std::string_view text) {
  auto file = PendingFile::create(folder, name);
  if (!file) {
    return file;
  }
  if (auto status = file->write(text); !status) {
    return tl::unexpected(status.error());
  }
  if (auto status = file->close(); !status) {
    return tl::unexpected(status.error());
  }
  return file;
}

}  // namespace

OutputDir::MadeFolder OutputDir::missing_folders(const std::string& folder) {
  MadeFolder made{.innermost = folder, .depth = 0};
  std::error_code ignored;
  // A link that leads nowhere is somebody's, not missing.
  for (fs::path path(folder);
       !path.empty() && fs::symlink_status(path, ignored).type() == fs::file_type::not_found;
       path = path.parent_path()) {
    // "results/" has the same folder below it as "results".
    made.depth += path.has_filename() ? 1 : 0;
  }
  return made;
}

void OutputDir::remove_folders(const MadeFolder& made) {
  std::error_code error;
  fs::path path(made.innermost);
  if (!path.has_filename()) {
    path = path.parent_path();
  }
  // remove() refuses a folder that is not empty; then the ones around it are not empty either.
  for (int left = made.depth; left > 0 && fs::remove(path, error) && !error; --left) {
    path = path.parent_path();
  }
}

core::Result<OutputDir> OutputDir::create(const std::string& folder) {
  const MadeFolder made = missing_folders(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder, error)) {
    remove_folders(made);
    const std::string why = error ? error.message() : "it is not a folder";
    return core::fail(core::ErrorCode::kUnavailable,
                      folder + ": cannot be made: " + why + "; give another folder with --out");
  }
  PendingFile::remove_stale(folder);
  auto timeline = PendingFile::create(folder, "timeline.csv");
  if (!timeline) {
    remove_folders(made);
    return tl::unexpected(timeline.error());
  }
  auto decisions = PendingFile::create(folder, "decisions.jsonl");
  if (!decisions) {
    const core::Error why = decisions.error();
    { const PendingFile given_up = std::move(*timeline); }
    remove_folders(made);
    return tl::unexpected(why);
  }
  OutputDir output(folder, made, std::move(*timeline), std::move(*decisions));
  if (auto status = output.timeline_.write(timeline_heading()); !status) {
    return tl::unexpected(status.error());
  }
  return output;
}

bool OutputDir::writes(const std::string& folder, const std::string& file) {
  const fs::path path(file);
  const fs::path beside = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code ignored;
  return fs::equivalent(beside, folder, ignored) &&
         std::find(kNames.begin(), kNames.end(), path.filename().string()) != kNames.end();
}

OutputDir::OutputDir(std::string folder,
                     MadeFolder made,
                     PendingFile timeline,
                     PendingFile decisions)
    : folder_(std::move(folder)),
      made_(std::move(made)),
      timeline_(std::move(timeline)),
      decisions_(std::move(decisions)) {}

OutputDir::OutputDir(OutputDir&& other) noexcept
    : folder_(std::move(other.folder_)),
      made_(std::exchange(other.made_, {})),
      timeline_(std::move(other.timeline_)),
      decisions_(std::move(other.decisions_)),
      text_(std::move(other.text_)) {}

OutputDir::~OutputDir() {
  { const PendingFile given_up = std::move(timeline_); }
  { const PendingFile given_up = std::move(decisions_); }
  remove_folders(made_);
}

core::Status OutputDir::add_minute(std::string_view group,
                                   const MinuteRow& row,
                                   const DecisionLog* log) {
  text_.clear();
  append_timeline_row(text_, group, row);
  if (auto status = timeline_.write(text_); !status) {
    return status;
  }
  if (log == nullptr) {
    return {};
  }
  text_.clear();
  append_minute(text_, group, row.end, *log);
  return decisions_.write(text_);
}

core::Status OutputDir::commit(const RunSummary& run, std::string_view functions) {
  for (PendingFile* file : {&timeline_, &decisions_}) {
    if (auto status = file->close(); !status) {
      return status;
    }
  }
  auto groups = written(folder_, "groups.csv", to_csv(run));
  if (!groups) {
    return tl::unexpected(groups.error());
  }
  auto by_function = written(folder_, "functions.csv", functions);
  if (!by_function) {
    return tl::unexpected(by_function.error());
  }
  auto summary = written(folder_, "summary.json", to_json(run));
  if (!summary) {
    return tl::unexpected(summary.error());
  }
  // An old summary beside new tables would belie them.
  static_cast<void>(std::remove(summary->path().c_str()));
  const std::array<PendingFile*, 5> files = {
      &timeline_, &decisions_, &*groups, &*by_function, &*summary};
  for (std::size_t index = 0; index < files.size(); ++index) {
    if (auto status = files[index]->commit(); !status) {
      for (std::size_t done = 0; done < index; ++done) {
        static_cast<void>(std::remove(files[done]->path().c_str()));
      }
      return status;
    }
  }
  made_ = MadeFolder{};
  return {};
}

}  // namespace fn::sim
