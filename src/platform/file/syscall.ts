/** Numbers of Linux system calls that are made without the C library: by architecture, but for the newer ones. */
const arm64 = process.arch === "arm64";

export const SYSCALL = {
  getdents64: arm64 ? 61 : 217,
  statx: arm64 ? 291 : 332,
  renameat2: arm64 ? 276 : 316,
  openat2: 437,
} as const;
