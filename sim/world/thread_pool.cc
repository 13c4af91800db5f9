// SPDX-License-Identifier: Apache-2.0

#include "sim/world/thread_pool.h"

namespace fn::sim {

ThreadPool::ThreadPool(std::size_t threads) {
  for (std::size_t count = 1; count < threads; ++count) {
    threads_.emplace_back([this] { serve(); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  begin_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void ThreadPool::run(std::size_t pieces, const std::function<void(std::size_t)>& work) {
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    pieces_ = pieces;
    next_ = 0;
    busy_ = threads_.size();
    ++round_;
  }
  begin_.notify_all();
  take_pieces();
  std::unique_lock lock(mutex_);
  end_.wait(lock, [this] { return busy_ == 0; });
}

void ThreadPool::serve() {
  std::size_t seen = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      begin_.wait(lock, [this, seen] { return stopping_ || round_ != seen; });
      if (stopping_) {
        return;
      }
      seen = round_;
    }
    take_pieces();
    const std::lock_guard lock(mutex_);
    if (--busy_ == 0) {
      end_.notify_one();
    }
  }
}

void ThreadPool::take_pieces() {
  for (std::size_t piece = next_++; piece < pieces_; piece = next_++) {
    (*work_)(piece);
  }
}

}  // namespace fn::sim
