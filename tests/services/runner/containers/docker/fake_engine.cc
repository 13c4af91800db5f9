// SPDX-License-Identifier: Apache-2.0

#include "tests/services/runner/containers/docker/fake_engine.h"

#include <array>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace fn::services {
namespace {

constexpr int kLookAgainMs = 20;

// The whole of the first request in the bytes; 0: not all of it is here.
std::size_t size_of_request(const std::string& bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) {
    return 0;
  }
  const std::string name = "Content-Length: ";
  const std::size_t length = bytes.find(name);
  const std::size_t body = length < end ? std::stoul(bytes.substr(length + name.size())) : 0;
  return bytes.size() >= end + 4 + body ? end + 4 + body : 0;
}

void send_all(int to, const std::string& bytes) {
  static_cast<void>(::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

}  // namespace

std::string said(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Type: application/json\r\n" +
         (status == 204 ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" +
         body;
}

std::string stream_head() {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
}

std::string frame(char stream, const std::string& bytes) {
  std::string head(8, '\0');
  head[0] = stream;
  head[6] = static_cast<char>(bytes.size() >> 8U);
  head[7] = static_cast<char>(bytes.size() & 255U);
  return head + bytes;
}

FakeEngine::FakeEngine(std::string socket)
    : socket_(std::move(socket)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  answer("GET /info", said(200, R"({"ServerVersion": "fake", "CgroupVersion": "1"})"));
  answer("GET /containers/json", said(200, "[]"));
  answer("GET /images/", said(200, "{}"));
  answer("GET /containers/", said(200, R"({"State": {"Pid": 0, "OOMKilled": false}})"));
  answer("POST /containers/create", said(201, R"({"Id": "0123"})"));
  answer("/attach", stream_head());
  answer("/start", said(204, ""));
  answer("/wait", said(200, R"({"StatusCode": 0})"));
  answer("DELETE /containers/", said(204, ""));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_.copy(address.sun_path, sizeof(address.sun_path) - 1);
  static_cast<void>(
      ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  static_cast<void>(::listen(listener_, 64));
  thread_ = std::thread([this] { serve(); });
}

FakeEngine::~FakeEngine() {
  ends_ = true;
  thread_.join();
  for (const auto& [number, peer] : peers_) {
    ::close(number);
  }
  ::close(listener_);
}

void FakeEngine::answer(const std::string& words, const std::string& bytes, bool closes) {
  const std::lock_guard lock(mutex_);
  replies_[words] = {bytes, closes};
}

void FakeEngine::answer_late(const std::string& words, const std::string& bytes) {
  const std::lock_guard lock(mutex_);
  for (auto& [number, peer] : peers_) {
    if (peer.waits.find(words) != std::string::npos) {
      peer.waits.clear();
      send_all(number, bytes);
    }
  }
}

std::vector<std::string> FakeEngine::asked(const std::string& words) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const std::string& line : asked_) {
    if (line.find(words) != std::string::npos) {
      lines.push_back(line);
    }
  }
  return lines;
}

FakeEngine::Reply FakeEngine::reply_to(const std::string& line) const {
  const std::pair<const std::string, Reply>* best = nullptr;
  for (const auto& each : replies_) {
    if (line.find(each.first) != std::string::npos &&
        (best == nullptr || each.first.size() > best->first.size())) {
      best = &each;
    }
  }
  return best == nullptr ? Reply{said(404, R"({"message": "no such page"})"), false} : best->second;
}

void FakeEngine::accept_peer() {
  const int number = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (number >= 0) {
    peers_[number];
  }
}

bool FakeEngine::hear(int number, Peer& peer) {
  std::array<char, 65536> bytes{};
  const ssize_t size = ::recv(number, bytes.data(), bytes.size(), 0);
  if (size <= 0) {
    return false;
  }
  peer.read.append(bytes.data(), static_cast<std::size_t>(size));
  while (const std::size_t request = size_of_request(peer.read)) {
    const std::string line = peer.read.substr(0, peer.read.find("\r\n"));
    peer.read.erase(0, request);
    asked_.push_back(line);
    const Reply reply = reply_to(line);
    if (reply.bytes.empty()) {
      peer.waits = line;
    }
    send_all(number, reply.bytes);
    if (reply.closes) {
      return false;
    }
  }
  return true;
}

void FakeEngine::serve() {
  while (!ends_) {
    std::vector<pollfd> polled = {{listener_, POLLIN, 0}};
    for (const auto& [number, peer] : peers_) {
      polled.push_back({number, POLLIN, 0});
    }
    ::poll(polled.data(), polled.size(), kLookAgainMs);
    const std::lock_guard lock(mutex_);
    for (const pollfd& each : polled) {
      if (each.revents == 0) {
        continue;
      }
      if (each.fd == listener_) {
        accept_peer();
      } else if (!hear(each.fd, peers_[each.fd])) {
        ::close(each.fd);
        peers_.erase(each.fd);
      }
    }
  }
}

}  // namespace fn::services
