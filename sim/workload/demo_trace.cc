// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/demo_trace.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "core/base/rng.h"
#include "sim/trace/quantiles.h"
#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

constexpr int kMinutes = 1440;

// Share of an owner's mean rate in one minute of the day.
using Profile = double (*)(int minute);

// From 1.5 at `peak` to 0.5 half a day later: 3:1.
double swing(int minute, int peak) {
  return 1 + 0.5 * sine_of_turns(0.25 + static_cast<double>(minute - peak) / kMinutes);
}

double evening(int minute) {
  return swing(minute, 20 * 60);
}

double afternoon(int minute) {
  return swing(minute, 15 * 60);
}

double night(int minute) {
  return swing(minute, 3 * 60);
}

// Up within three minutes, full for twelve, fading for ten.
double flash_crowd(int minute) {
  constexpr int kOpens = 12 * 60;
  constexpr double kCrowd = 24;
  const int since = minute - kOpens;
  if (since < 0 || since >= 25) {
    return 1;
  }
  if (since < 3) {
    return 1 + kCrowd * (since + 1) / 3;
  }
  return since < 15 ? 1 + kCrowd : 1 + kCrowd * (25 - since) / 10;
}

double batches(int minute) {
  const bool at_night = minute >= 60 && minute < 4 * 60;
  const bool after_lunch = minute >= 14 * 60 && minute < 14 * 60 + 45;
  return at_night || after_lunch ? 1 : 0;
}

double timers(int minute) {
  return minute % 5 == 0 ? 4.75 : 0.0625;
}

struct Owner {
  std::string_view name;
  std::string_view trigger;
  int functions;
  double calls_per_s;  // times the profile
  double mean_run_s;
  std::array<int, 3> memory_mib;  // of functions 0, 1, 2, 0, ...
  Profile profile;
};

constexpr std::array<Owner, 6> kOwners = {{
    {"checkout", "http", 30, 4.0, 8, {512, 768, 640}, afternoon},
    {"media", "queue", 24, 5.0, 29, {1024, 1024, 1024}, evening},
    {"reports", "orchestration", 8, 2.5, 45, {1024, 768, 1024}, batches},
    {"telemetry", "timer", 40, 3.0, 20, {256, 384, 128}, timers},
    {"thumbnails", "storage", 20, 2.5, 14, {768, 512, 768}, night},
    {"tickets", "http", 16, 1.2, 11, {512, 640, 512}, flash_crowd},
}};

std::error_code last_error() {
  return {errno, std::generic_category()};
}

core::Status write_file(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".part";
  const int descriptor = open(temporary.c_str(),
                              O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                              S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
  bool good = descriptor >= 0;
  while (good && !text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    good = written > 0 || (written < 0 && errno == EINTR);
    text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  std::error_code error = good ? std::error_code() : last_error();
  if (descriptor >= 0 && close(descriptor) != 0 && good) {
    error = last_error();
  }
  if (!error && std::rename(temporary.c_str(), path.c_str()) != 0) {
    error = last_error();
  }
  if (error) {
    unlink(temporary.c_str());
    return core::fail(core::ErrorCode::kUnavailable,
                      path + ": cannot be written (" + error.message() + ")");
  }
  return {};
}

std::string three_hashes(const Owner& owner, int function) {
  const std::string name(owner.name);
  std::string number = std::to_string(function);
  number.insert(0, 2 - number.size(), '0');
  return name + "," + name + "-app-" + std::to_string(function / 4) + "," + name + "-" + number;
}

std::string header(std::string_view columns) {
  return "HashOwner,HashApp,HashFunction," + std::string(columns);
}

// The few popular functions of an owner get most of its calls.
std::vector<double> popularity(int functions) {
  std::vector<double> shares;
  double sum = 0;
  for (int rank = 1; rank <= functions; ++rank) {
    shares.push_back(1.0 / (rank + 2));
    sum += shares.back();
  }
  for (double& share : shares) {
    share /= sum;
  }
  return shares;
}

// Percentiles of a lognormal around the owner's mean, cut to whole milliseconds, then the average
// that drawing from them has.
std::string durations_of(const Owner& owner, int function, std::uint64_t calls) {
  constexpr double kSigma = 0.4;
  // Functions differ, the owner's mean stays.
  const double mean_ms = owner.mean_run_s * 1000 * (0.8 + 0.1 * (function % 5));
  constexpr std::array<double, core::kQuantileShares.size()> kAt = {
      0.001, 0.01, 0.25, 0.5, 0.75, 0.99, 0.9995};
  std::array<std::int64_t, kAt.size()> quantiles{};
  for (std::size_t index = 0; index < kAt.size(); ++index) {
    quantiles[index] = static_cast<std::int64_t>(
        mean_ms * natural_exp(kSigma * normal_quantile(kAt[index]) - kSigma * kSigma / 2));
  }
  double average = 0;
  for (std::size_t index = 1; index < kAt.size(); ++index) {
    average += static_cast<double>(quantiles[index - 1] + quantiles[index]) / 2 *
               (core::kQuantileShares[index] - core::kQuantileShares[index - 1]);
  }
  std::string row = std::to_string(static_cast<std::int64_t>(average)) + "," +
                    std::to_string(calls) + "," + std::to_string(quantiles.front()) + "," +
                    std::to_string(quantiles.back());
  for (const std::int64_t value : quantiles) {
    row += "," + std::to_string(value);
  }
  return row;
}

struct Texts {
  std::string inv;
  std::string run;
  std::string mem;
};

void add_function(const Owner& owner, int function, double calls_per_s, core::Rng rng, Texts& out) {
  const std::string hashes = three_hashes(owner, function);
  out.inv += hashes + "," + std::string(owner.trigger);
  std::uint64_t calls = 0;
  for (int minute = 0; minute < kMinutes; ++minute) {
    const std::uint64_t count = poisson_draw(rng, calls_per_s * 60 * owner.profile(minute));
    out.inv += "," + std::to_string(count);
    calls += count;
  }
  out.inv += "\n";
  out.run += hashes + "," + durations_of(owner, function, calls) + "\n";
  const std::string memory =
      std::to_string(owner.memory_mib[static_cast<std::size_t>(function % 3)]);
  out.mem += hashes + "," + std::to_string(kMinutes) + "," + memory + "\n";
}

}  // namespace

core::Status write_demo_trace(const std::string& folder, std::uint64_t seed, double scale) {
  if (!(scale >= 0.001 && scale <= 10)) {
    return core::fail(
        core::ErrorCode::kInvalidArgument,
        "demo trace: expected a scale from 0.001 to 10, found " + std::to_string(scale));
  }
  if (mkdir(folder.c_str(), S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) != 0 &&
      errno != EEXIST) {
    return core::fail(core::ErrorCode::kUnavailable,
                      folder + ": cannot be made (" + last_error().message() + ")");
  }
  Texts texts{header("Trigger"),
              header("Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,"
                     "percentile_Average_25,percentile_Average_50,percentile_Average_75,"
                     "percentile_Average_99,percentile_Average_100\n"),
              header("SampleCount,AverageAllocatedMb\n")};
  for (int minute = 1; minute <= kMinutes; ++minute) {
    texts.inv += "," + std::to_string(minute);
  }
  texts.inv += "\n";
  const core::Rng days = core::Rng(seed).fork("demo-trace");
  for (const Owner& owner : kOwners) {
    const std::vector<double> shares = popularity(owner.functions);
    for (int function = 0; function < owner.functions; ++function) {
      const double rate = owner.calls_per_s * scale * shares[static_cast<std::size_t>(function)];
      add_function(owner, function, rate, days.fork(three_hashes(owner, function)), texts);
    }
  }
  for (const auto& [name, text] : {std::pair<const char*, const std::string*>{"inv", &texts.inv},
                                   {"run", &texts.run},
                                   {"mem", &texts.mem}}) {
    if (core::Status written = write_file(folder + "/" + name + ".csv", *text); !written) {
      return written;
    }
  }
  return {};
}

}  // namespace fn::sim
