// SPDX-License-Identifier: Apache-2.0
//
// A few threads that share out numbered pieces of work. Which thread does which piece is left to
// chance, so pieces must not touch each other.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fn::sim {

class ThreadPool {
 public:
  // The caller's thread works too, so `threads` - 1 are started. REQUIRES: threads > 0.
  explicit ThreadPool(std::size_t threads);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  // Runs work(0) ... work(pieces - 1), begun in that order, and returns when all have ended.
  void run(std::size_t pieces, const std::function<void(std::size_t)>& work);

 private:
  void serve();
  void take_pieces();

  std::mutex mutex_;
  std::condition_variable begin_;
  std::condition_variable end_;
  std::vector<std::thread> threads_;
  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t pieces_ = 0;
  std::atomic<std::size_t> next_ = 0;
  std::size_t busy_ = 0;
  std::size_t round_ = 0;
  bool stopping_ = false;
};

}  // namespace fn::sim
