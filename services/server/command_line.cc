// SPDX-License-Identifier: Apache-2.0

#include "services/server/command_line.h"

#include <filesystem>
#include <iostream>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "services/base/print_config.h"

namespace fn::services {
namespace {

void print_help(const NodeProgram& program) {
  std::cout << "Usage: " << program.name << " [FLAG...]\n       " << program.name
            << " config print [--origin] [--output table|json|markdown] [FLAG...]\n"
            << program.about << "\n\n"
            << config_help(default_lines());
}

struct PrintOptions {
  bool origin = false;
  std::string output = "table";
};

// Takes its own flags out of the arguments.
PrintOptions print_options(std::vector<std::string>& arguments) {
  PrintOptions options;
  for (std::size_t at = 0; at < arguments.size();) {
    std::size_t taken = 0;
    if (arguments[at] == "--origin") {
      options.origin = true;
      taken = 1;
    } else if (arguments[at] == "--output" && at + 1 < arguments.size()) {
      options.output = arguments[at + 1];
      taken = 2;
    }
    const auto begin = arguments.begin() + static_cast<std::ptrdiff_t>(at);
    arguments.erase(begin, begin + static_cast<std::ptrdiff_t>(taken));
    at += taken == 0 ? 1 : 0;
  }
  return options;
}

int print_config(const NodeProgram& program,
                 const LoadedConfig& loaded,
                 const PrintOptions& options) {
  if (options.output == "json") {
    std::cout << config_json(loaded.lines);
  } else if (options.output == "markdown") {
    std::cout << config_markdown(default_lines());
  } else if (options.output == "table") {
    std::cout << config_table(loaded.lines, options.origin);
  } else {
    return complain(program.name,
                    "--output " + options.output + ": expected table, json or markdown",
                    kMisused);
  }
  return 0;
}

// A connection is a file, and a shell's limit is often 1,024. What may be had is taken.
void raise_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace

int complain(const std::string& program, const std::string& line, int code) {
  std::cerr << program << ": " << line << '\n';
  return code;
}

int run_program(const NodeProgram& program, const std::vector<std::string>& words) {
  if (!words.empty() && (words[0] == "--help" || words[0] == "-h" || words[0] == "help")) {
    print_help(program);
    return 0;
  }
  if (!words.empty() && words[0] == "--version") {
    std::cout << program.name << " " FN_VERSION "\n";
    return 0;
  }
  const bool prints = words.size() >= 2 && words[0] == "config" && words[1] == "print";
  ConfigSources sources;
  sources.arguments.assign(words.begin() + (prints ? 2 : 0), words.end());
  const PrintOptions options = prints ? print_options(sources.arguments) : PrintOptions{};
  sources.environment = environment_of(environ);
  if (!program.node_type.empty()) {
    std::erase_if(sources.environment,
                  [](const auto& variable) { return variable.first == "FN_NODE_TYPE"; });
    sources.environment.emplace_back("FN_NODE_TYPE", program.node_type);
  }
  std::error_code error;
  sources.working_folder = std::filesystem::current_path(error).string();
  const core::Result<LoadedConfig> loaded = load_config(sources);
  if (!loaded) {
    return complain(program.name, loaded.error().message, kMisused);
  }
  if (prints) {
    return print_config(program, *loaded, options);
  }
  raise_open_files();
  return program.serve(*loaded);
}

}  // namespace fn::services
