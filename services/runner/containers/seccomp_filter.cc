// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/seccomp_filter.h"

#include <array>
#include <cerrno>
#include <linux/sched.h>
#include <memory>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "services/runner/containers/descriptor.h"

namespace fn::services {
namespace {

constexpr std::array kRefused = {
    "acct",
    "add_key",
    "bpf",
    "clock_adjtime",
    "clock_settime",
    "adjtimex",
    "create_module",
    "delete_module",
    "finit_module",
    "init_module",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "lookup_dcookie",
    "mount",
    "mount_setattr",
    "move_mount",
    "name_to_handle_at",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "pidfd_getfd",
    "pivot_root",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "request_key",
    "setdomainname",
    "sethostname",
    "setns",
    "settimeofday",
    "swapoff",
    "swapon",
    "syslog",
    "umount",
    "umount2",
    "unshare",
    "userfaultfd",
    "vhangup",
};

constexpr std::array<std::uint64_t, 7> kNamespaces = {CLONE_NEWUSER,
                                                      CLONE_NEWNS,
                                                      CLONE_NEWPID,
                                                      CLONE_NEWNET,
                                                      CLONE_NEWIPC,
                                                      CLONE_NEWUTS,
                                                      CLONE_NEWCGROUP};

using Context = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

bool add_rules(const Context& context) {
  const std::uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
  bool good = true;
  for (const char* const name : kRefused) {
    const int number = ::seccomp_syscall_resolve_name(name);
    // An older library does not know the newest calls, nor does an older kernel have them.
    if (number != __NR_SCMP_ERROR) {
      good = ::seccomp_rule_add(context.get(), refuse, number, 0) == 0 && good;
    }
  }
  for (const std::uint64_t flag : kNamespaces) {
    good =
        ::seccomp_rule_add(
            context.get(), refuse, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)) ==
            0 &&
        good;
  }
  good =
      ::seccomp_rule_add(context.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 && good;
  // Letters typed into the terminal of whoever started the runner.
  return ::seccomp_rule_add(context.get(),
                            refuse,
                            SCMP_SYS(ioctl),
                            1,
                            SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffff'ffffU, TIOCSTI)) == 0 &&
         good;
}

}  // namespace

core::Result<std::string> seccomp_filter() {
  const Context context(::seccomp_init(SCMP_ACT_ALLOW), &::seccomp_release);
  const Descriptor file(::memfd_create("fn-seccomp", MFD_CLOEXEC));
  if (!context || !file.valid() || !add_rules(context) ||
      ::seccomp_export_bpf(context.get(), file.get()) != 0) {
    return core::fail(core::ErrorCode::kInternal, "libseccomp made no filter");
  }
  const auto size = static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END));
  std::string bytes(size, '\0');
  if (::pread(file.get(), bytes.data(), size, 0) != static_cast<ssize_t>(size)) {
    return core::fail(core::ErrorCode::kInternal, "the seccomp filter could not be read back");
  }
  return bytes;
}

}  // namespace fn::services
