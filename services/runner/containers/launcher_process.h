// SPDX-License-Identifier: Apache-2.0
//
// The launcher's side of the socket: a process of one thread that starts the functions' processes,
// reaps them, and tells how they ended. It was forked before the runner had threads, so it may fork
// and run code between fork and exec, which the runner may not.
//
// It ends when its socket ends, that is also when the runner is killed, and kills everything that
// it started before. If it is killed itself, its children get SIGKILL from the kernel.

#pragma once

namespace fn::services {

// Takes over this process. The socket blocks.
[[noreturn]] void be_launcher(int socket);

}  // namespace fn::services
