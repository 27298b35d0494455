/** Numbers of Linux system calls that are made past the C library: by architecture, but for the newer ones. */
const arm64 = process.arch === "arm64";

export const SYSCALL = {
  umount2: arm64 ? 39 : 166,
  getdents64: arm64 ? 61 : 217,
  statx: arm64 ? 291 : 332,
  renameat2: arm64 ? 276 : 316,
  setns: arm64 ? 268 : 308,
  capget: arm64 ? 90 : 125,
  capset: arm64 ? 91 : 126,
  prctl: arm64 ? 167 : 157,
  getgroups: arm64 ? 158 : 115,
  setgroups: arm64 ? 159 : 116,
  setresuid: arm64 ? 147 : 117,
  getresuid: arm64 ? 148 : 118,
  setresgid: arm64 ? 149 : 119,
  getresgid: arm64 ? 150 : 120,
  fchdir: arm64 ? 50 : 81,
  chroot: arm64 ? 51 : 161,
  unshare: arm64 ? 97 : 272,
  socket: arm64 ? 198 : 41,
  connect: arm64 ? 203 : 42,
  getsockopt: arm64 ? 209 : 55,
  pidfd_send_signal: 424,
  pidfd_open: 434,
  close_range: 436,
  openat2: 437,
} as const;
