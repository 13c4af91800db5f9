// SPDX-License-Identifier: Apache-2.0
//
// Pipes of a function's process on the loop: a reader that hands over what comes, a writer that
// feeds a body. Both may be destroyed at any time, also from their handlers.

#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "services/base/body_pipe.h"
#include "services/base/loop.h"
#include "services/runner/containers/descriptor.h"

namespace fn::services {

class DescriptorReader {
 public:
  // Takes the descriptor over and reads at once. Called with the bytes, and once with none: the
  // end.
  using Handler = std::function<void(std::string_view bytes)>;

  DescriptorReader(Loop& loop, Descriptor descriptor, Handler handler);
  ~DescriptorReader();
  DescriptorReader(const DescriptorReader&) = delete;
  DescriptorReader& operator=(const DescriptorReader&) = delete;

  // Hands over all that is there now, from within this call; of a process that has ended that is
  // all it wrote. Paused or not.
  void drain();

  void pause();
  void resume();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

class DescriptorWriter {
 public:
  // Writes the body and closes the descriptor. A reader that closes its end early wants no more of
  // the body, which is then abandoned; that is no error. `closed` is called once after either.
  DescriptorWriter(Loop& loop,
                   Descriptor descriptor,
                   BodyPipePtr body,
                   std::function<void()> closed = {});

  // Writes the bytes and keeps the descriptor open for more.
  DescriptorWriter(Loop& loop, Descriptor descriptor);
  ~DescriptorWriter();
  DescriptorWriter(const DescriptorWriter&) = delete;
  DescriptorWriter& operator=(const DescriptorWriter&) = delete;

  // After what was written before. REQUIRES: made without a body.
  void write(const std::string& bytes);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fn::services
