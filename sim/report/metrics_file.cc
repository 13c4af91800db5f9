// SPDX-License-Identifier: Apache-2.0

#include "sim/report/metrics_file.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "sim/report/metric_text.h"

namespace fn::sim {
namespace {

constexpr std::string_view kRemedy = "give another file with --metrics";

// The samples of a closed file, as the pages of it that are looked at.
class MappedSamples {
 public:
  MappedSamples(const std::string& path, std::size_t count) : count_(count) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
      data_ = ::mmap(nullptr, bytes(), PROT_READ, MAP_PRIVATE, file, 0);
      ::close(file);
    }
  }

  MappedSamples(const MappedSamples&) = delete;
  MappedSamples& operator=(const MappedSamples&) = delete;

  ~MappedSamples() {
    if (ok()) {
      ::munmap(data_, bytes());
    }
  }

  [[nodiscard]] bool ok() const { return data_ != MAP_FAILED; }

  [[nodiscard]] std::span<const MetricSample> samples() const {
    return {static_cast<const MetricSample*>(data_), count_};
  }

 private:
  [[nodiscard]] std::size_t bytes() const { return count_ * sizeof(MetricSample); }

  std::size_t count_;
  void* data_ = MAP_FAILED;
};

}  // namespace

core::Result<MetricsFile> MetricsFile::create(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path whole(path);
  std::error_code ignored;
  if (!whole.has_filename() || fs::is_directory(whole, ignored)) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      path + ": expected a file, not a folder; " + std::string(kRemedy));
  }
  const std::string folder = whole.has_parent_path() ? whole.parent_path().string() : ".";
  PendingFile::remove_stale(folder);
  const std::string name = whole.filename().string();
  auto text = PendingFile::create(folder, name, kRemedy);
  if (!text) {
    return tl::unexpected(text.error());
  }
  auto samples = PendingFile::create(folder, name + ".samples", kRemedy);
  if (!samples) {
    return tl::unexpected(samples.error());
  }
  return MetricsFile(std::move(*text), std::move(*samples));
}

MetricsFile::MetricsFile(PendingFile text, PendingFile samples)
    : text_(std::move(text)), samples_(std::move(samples)) {}

core::Status MetricsFile::add(const MetricSample& sample) {
  ++count_;
  return samples_.write({reinterpret_cast<const char*>(&sample), sizeof(sample)});
}

core::Status MetricsFile::close(std::span<const std::string> groups) {
  if (auto status = samples_.close(); !status) {
    return status;
  }
  const MappedSamples mapped(samples_.partial(), count_);
  if (count_ > 0 && !mapped.ok()) {
    return core::fail(core::ErrorCode::kUnavailable,
                      samples_.partial() + ": cannot be read again: " +
                          std::error_code(errno, std::generic_category()).message() + "; " +
                          std::string(kRemedy));
  }
  MetricSeries series{.groups = groups, .samples = {}};
  if (count_ > 0) {
    series.samples = mapped.samples();
  }
  const auto write = [this](std::string_view text) {
    return text_.write(text);
  };
  if (auto status = write_metrics(series, write); !status) {
    return status;
  }
  return text_.close();
}

}  // namespace fn::sim
