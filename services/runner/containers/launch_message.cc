// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/launch_message.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/io/varint.h"

namespace fn::services {
namespace {

using core::put_text;
using core::put_varint;
using core::VarintReader;

// More than any launch needs; the kernel allows 253.
constexpr std::size_t kDescriptorsMax = 16;

// As large as the socket's buffer is asked to be.
constexpr std::size_t kPacketMax = std::size_t{1} << 20;

void put_texts(std::string& out, const std::vector<std::string>& texts) {
  put_varint(out, texts.size());
  for (const std::string& text : texts) {
    put_text(out, text);
  }
}

void put_notes(std::string& out, const std::vector<FileNote>& notes) {
  put_varint(out, notes.size());
  for (const FileNote& note : notes) {
    put_text(out, note.path);
    put_text(out, note.text);
  }
}

std::vector<std::string> take_texts(VarintReader& in) {
  std::vector<std::string> texts;
  for (std::uint64_t left = in.number(); left > 0 && !in.failed(); --left) {
    texts.emplace_back(in.text());
  }
  return texts;
}

std::vector<FileNote> take_notes(VarintReader& in) {
  std::vector<FileNote> notes;
  for (std::uint64_t left = in.number(); left > 0 && !in.failed(); --left) {
    FileNote note;
    note.path = in.text();
    note.text = in.text();
    notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace

std::string encode(const LaunchMessage& message) {
  std::string out;
  out += static_cast<char>(message.word);
  put_varint(out, message.process);
  put_varint(out, message.value);
  if (message.word == LaunchWord::kLaunch) {
    const LaunchRequest& request = message.request;
    put_texts(out, request.arguments);
    put_texts(out, request.environment);
    put_text(out, request.folder);
    put_notes(out, request.before_start);
    put_notes(out, request.before_kill);
    put_varint(out, request.change_user ? 1 : 0);
    put_varint(out, request.user);
    put_varint(out, request.group);
    put_varint(out, request.open_files);
  }
  return out;
}

bool decode(std::string_view bytes, LaunchMessage& message) {
  if (bytes.empty() || bytes.front() > static_cast<char>(LaunchWord::kExited)) {
    return false;
  }
  message.word = static_cast<LaunchWord>(bytes.front());
  VarintReader in(bytes.substr(1));
  message.process = in.number();
  message.value = in.number();
  if (message.word == LaunchWord::kLaunch) {
    LaunchRequest& request = message.request;
    request.arguments = take_texts(in);
    request.environment = take_texts(in);
    request.folder = in.text();
    request.before_start = take_notes(in);
    request.before_kill = take_notes(in);
    request.change_user = in.number() != 0;
    request.user = static_cast<std::uint32_t>(in.number());
    request.group = static_cast<std::uint32_t>(in.number());
    request.open_files = in.number();
  }
  return in.finished();
}

Sent send_packet(int socket, const std::string& bytes, const std::vector<int>& descriptors) {
  if (bytes.size() > kPacketMax || descriptors.size() > kDescriptorsMax) {
    return Sent::kTooLarge;
  }
  std::string copy = bytes;  // an iovec points at what could be written to
  iovec part{copy.data(), copy.size()};
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kDescriptorsMax * sizeof(int))> control{};
  if (!descriptors.empty()) {
    const std::size_t size = descriptors.size() * sizeof(int);
    packet.msg_control = control.data();
    packet.msg_controllen = CMSG_SPACE(size);
    cmsghdr* const header = CMSG_FIRSTHDR(&packet);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), descriptors.data(), size);
  }
  while (::sendmsg(socket, &packet, MSG_NOSIGNAL) < 0) {
    if (errno == EAGAIN) {
      return Sent::kLater;
    }
    if (errno == EMSGSIZE) {
      return Sent::kTooLarge;
    }
    if (errno != EINTR) {
      return Sent::kGone;
    }
  }
  return Sent::kYes;
}

core::Result<std::string> receive_packet(int socket, std::vector<int>& descriptors) {
  ssize_t size = 0;
  do {
    size = ::recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && (errno == EAGAIN)) {
    return core::fail(core::ErrorCode::kTooBusy, "no packet yet");
  }
  // An error is the end too: there is nothing else that either side could do about it.
  std::string bytes(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  if (bytes.empty()) {
    return bytes;
  }
  iovec part{bytes.data(), bytes.size()};
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kDescriptorsMax * sizeof(int))> control{};
  packet.msg_control = control.data();
  packet.msg_controllen = control.size();
  do {
    size = ::recvmsg(socket, &packet, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  for (cmsghdr* header = CMSG_FIRSTHDR(&packet); header != nullptr;
       header = CMSG_NXTHDR(&packet, header)) {
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
      const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      const std::size_t before = descriptors.size();
      descriptors.resize(before + count);
      std::memcpy(&descriptors[before], CMSG_DATA(header), count * sizeof(int));
    }
  }
  bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return bytes;
}

}  // namespace fn::services
