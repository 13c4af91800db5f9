// SPDX-License-Identifier: Apache-2.0
//
// An engine that answers as a Docker Engine does, or as no engine should: on a unix socket, by a
// thread of its own. What it was asked for is kept.

#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fn::services {

class FakeEngine {
 public:
  explicit FakeEngine(std::string socket);
  ~FakeEngine();
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;

  // How requests are answered whose first line has these words; the longest words win. An empty
  // answer: none, ever. `closes`: the connection ends behind it.
  void answer(const std::string& words, const std::string& bytes, bool closes = false);

  // Answers now what was not answered before.
  void answer_late(const std::string& words, const std::string& bytes);

  // The first lines of requests that have these words.
  [[nodiscard]] std::vector<std::string> asked(const std::string& words) const;

  [[nodiscard]] const std::string& socket() const { return socket_; }

 private:
  struct Reply {
    std::string bytes;
    bool closes = false;
  };

  struct Peer {
    std::string read;
    std::string waits;  // the first line of a request without an answer
  };

  void serve();
  void accept_peer();
  // False: the connection is over.
  bool hear(int number, Peer& peer);
  [[nodiscard]] Reply reply_to(const std::string& line) const;

  std::string socket_;
  int listener_;
  std::atomic<bool> ends_{false};
  mutable std::mutex mutex_;
  std::map<std::string, Reply> replies_;
  std::vector<std::string> asked_;
  std::map<int, Peer> peers_;
  std::thread thread_;
};

// An answer with this status and body.
std::string said(int status, const std::string& body);

// The head of a stream, and one of its frames.
std::string stream_head();
std::string frame(char stream, const std::string& bytes);

}  // namespace fn::services
