// SPDX-License-Identifier: Apache-2.0
//
// What a runner and its launcher process say to each other over a SOCK_SEQPACKET socket: one
// message a packet, open descriptors beside it. Both ends are the same program, so there is no
// version in it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fn::services {

// A file and what is written into it: how control groups are told something.
struct FileNote {
  std::string path;
  std::string text;
};

struct LaunchRequest {
  std::vector<std::string> arguments;    // the first is the program, looked for in PATH
  std::vector<std::string> environment;  // "NAME=value"; all that the process gets
  std::string folder;                    // working directory; empty: the launcher's
  std::vector<FileNote> before_start;    // written by the new process: joins control groups
  std::vector<FileNote> before_kill;     // written by the launcher: a frozen process cannot die
  bool change_user = false;
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  std::uint64_t open_files = 0;  // 0: as the runner
  // Become 0, 1, 2, 3, ... of the process. Borrowed: still the caller's after the launch.
  std::vector<int> descriptors;
};

enum class LaunchWord : std::uint8_t { kLaunch, kSignal, kStarted, kExited };

struct LaunchMessage {
  LaunchWord word = LaunchWord::kLaunch;
  std::uint64_t process = 0;  // the runner's number for it
  std::uint64_t value = 0;    // kSignal: which; kStarted: the pid; kExited: the exit code
  LaunchRequest request;      // kLaunch
};

// The exit code of a process that a signal ended is 128 + the signal, as in a shell.
inline constexpr std::uint64_t kSignalExit = 128;

std::string encode(const LaunchMessage& message);

// False for bytes that are no message.
bool decode(std::string_view bytes, LaunchMessage& message);

enum class Sent : std::uint8_t { kYes, kLater, kTooLarge, kGone };

// Sends the bytes as one packet.
Sent send_packet(int socket, const std::string& bytes, const std::vector<int>& descriptors);

// The next packet: its bytes, none if the other end is gone, or kTooBusy if there is none now.
// The received descriptors belong to the caller and close on exec.
core::Result<std::string> receive_packet(int socket, std::vector<int>& descriptors);

}  // namespace fn::services
