// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/descriptor_stream.h"

#include <cerrno>
#include <string>
#include <unistd.h>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>

namespace fn::services {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kReadSize = std::size_t{64} << 10;

// No more than this in one turn, so that a chatty function does not hold up the others.
constexpr int kReadsPerTurn = 4;

// The pipe's own size bounds what a dead process can have left in it.
constexpr int kReadsPerDrain = 64;

}  // namespace

struct DescriptorReader::State : std::enable_shared_from_this<State> {
  State(Loop& loop, Descriptor descriptor, Handler to)
      : stream(loop.io(), descriptor.release()), handler(std::move(to)) {
    stream.non_blocking(true);
  }

  asio::posix::stream_descriptor stream;
  Handler handler;
  bool paused = false;
  bool waits = false;

  void wait() {
    if (waits || paused || !handler) {
      return;
    }
    waits = true;
    stream.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                        self->waits = false;
                        if (!error) {
                          self->take(kReadsPerTurn, false);
                          self->wait();
                        }
                      });
  }

  void take(int reads, bool even_paused) {
    std::string buffer(kReadSize, '\0');
    while (reads-- > 0 && handler && (even_paused || !paused)) {
      const ssize_t size = ::read(stream.native_handle(), buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) {
        continue;
      }
      if (size < 0 && (errno == EAGAIN)) {
        return;
      }
      if (size <= 0) {
        std::exchange(handler, nullptr)({});
        return;
      }
      // A copy, since the handler may destroy the reader.
      const Handler present = handler;
      present({buffer.data(), static_cast<std::size_t>(size)});
    }
  }

  void close() {
    handler = nullptr;
    boost::system::error_code ignored;
    stream.close(ignored);
  }
};

DescriptorReader::DescriptorReader(Loop& loop, Descriptor descriptor, Handler handler)
    : state_(std::make_shared<State>(loop, std::move(descriptor), std::move(handler))) {
  state_->wait();
}

DescriptorReader::~DescriptorReader() {
  state_->close();
}

void DescriptorReader::drain() {
  const std::shared_ptr<State> state = state_;
  state->take(kReadsPerDrain, true);
}

void DescriptorReader::pause() {
  state_->paused = true;
}

void DescriptorReader::resume() {
  state_->paused = false;
  state_->wait();
}

struct DescriptorWriter::State : std::enable_shared_from_this<State> {
  State(Loop& loop, Descriptor descriptor, BodyPipePtr from)
      : stream(loop.io(), descriptor.release()), body(std::move(from)) {
    stream.non_blocking(true);
  }

  asio::posix::stream_descriptor stream;
  BodyPipePtr body;
  std::function<void()> closed;
  std::string present;  // what is being written
  std::string next;
  bool writes = false;

  void read_body() {
    body->read([self = shared_from_this()](BodyPipe::Chunk chunk) {
      if (chunk && *chunk && self->stream.is_open()) {
        self->next += **chunk;
        self->write_next();
      } else {
        self->close();
      }
    });
  }

  void write_next() {
    if (writes || next.empty()) {
      return;
    }
    present = std::exchange(next, {});
    writes = true;
    asio::async_write(
        stream,
        asio::buffer(present),
        [self = shared_from_this()](const boost::system::error_code& error, std::size_t /*size*/) {
          self->writes = false;
          self->written(!error);
        });
  }

  void written(bool good) {
    if (!good) {
      close();
    } else if (body) {
      read_body();
    } else {
      write_next();
    }
  }

  void close() {
    boost::system::error_code ignored;
    stream.close(ignored);
    if (const BodyPipePtr last = std::exchange(body, nullptr)) {
      last->abandon();
    }
    if (const auto told = std::exchange(closed, nullptr)) {
      told();
    }
  }
};

DescriptorWriter::DescriptorWriter(Loop& loop,
                                   Descriptor descriptor,
                                   BodyPipePtr body,
                                   std::function<void()> closed)
    : state_(std::make_shared<State>(loop, std::move(descriptor), std::move(body))) {
  state_->closed = std::move(closed);
  state_->read_body();
}

DescriptorWriter::DescriptorWriter(Loop& loop, Descriptor descriptor)
    : state_(std::make_shared<State>(loop, std::move(descriptor), nullptr)) {}

DescriptorWriter::~DescriptorWriter() {
  state_->closed = nullptr;
  state_->close();
}

void DescriptorWriter::write(const std::string& bytes) {
  if (state_->stream.is_open()) {
    state_->next += bytes;
    state_->write_next();
  }
}

}  // namespace fn::services
