import { constants } from "node:os";

/**
 * What the C library says of an error. Scripts see these texts (followed by the number), on every machine the
 * same: neither the locale nor the C library decides about them.
 */
const TEXTS: { readonly [code: string]: string } = {
  E2BIG: "Argument list too long",
  EACCES: "Permission denied",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  EAFNOSUPPORT: "Address family not supported by protocol",
  EAGAIN: "Resource temporarily unavailable",
  EBADF: "Bad file descriptor",
  EBUSY: "Device or resource busy",
  ECHILD: "No child processes",
  ECONNABORTED: "Software caused connection abort",
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  EDQUOT: "Disk quota exceeded",
  EEXIST: "File exists",
  EFAULT: "Bad address",
  EFBIG: "File too large",
  EHOSTDOWN: "Host is down",
  EHOSTUNREACH: "No route to host",
  EINPROGRESS: "Operation now in progress",
  EINTR: "Interrupted system call",
  EINVAL: "Invalid argument",
  EIO: "Input/output error",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  EMFILE: "Too many open files",
  EMLINK: "Too many links",
  ENAMETOOLONG: "File name too long",
  ENETDOWN: "Network is down",
  ENETUNREACH: "Network is unreachable",
  ENFILE: "Too many open files in system",
  ENOBUFS: "No buffer space available",
  ENODATA: "No data available",
  ENODEV: "No such device",
  ENOENT: "No such file or directory",
  ENOEXEC: "Exec format error",
  ENOMEM: "Cannot allocate memory",
  ENOSPC: "No space left on device",
  ENOSYS: "Function not implemented",
  ENOTCONN: "Transport endpoint is not connected",
  ENOTDIR: "Not a directory",
  ENOTEMPTY: "Directory not empty",
  ENOTSUP: "Operation not supported",
  ENOTTY: "Inappropriate ioctl for device",
  ENXIO: "No such device or address",
  EOPNOTSUPP: "Operation not supported",
  EOVERFLOW: "Value too large for defined data type",
  EPERM: "Operation not permitted",
  EPIPE: "Broken pipe",
  EPROTONOSUPPORT: "Protocol not supported",
  EPROTOTYPE: "Protocol wrong type for socket",
  ERANGE: "Numerical result out of range",
  EROFS: "Read-only file system",
  ESPIPE: "Illegal seek",
  ESRCH: "No such process",
  ESTALE: "Stale file handle",
  ETIMEDOUT: "Connection timed out",
  ETXTBSY: "Text file busy",
  EXDEV: "Invalid cross-device link",
};

const NUMBERS: { readonly [code: string]: number } = constants.errno;

/** Codes by number. Of two names for one number the one with a text wins, of two with a text the first. */
const CODES: ReadonlyMap<number, string> = new Map(
  Object.entries(NUMBERS)
    .sort(([a], [b]) => Number(a in TEXTS) - Number(b in TEXTS) || (a < b ? 1 : -1))
    .map(([code, errno]) => [errno, code]),
);

/** A call of the operating system that failed. */
export class OsError extends Error {
  override readonly name = "OsError";
  /**
   * @param code name of the error, such as `ENOENT`
   * @param errno its number on this system, positive
   */
  constructor(
    readonly code: string,
    readonly errno: number = NUMBERS[code] ?? NUMBERS["EIO"] ?? 5,
  ) {
    super(`${TEXTS[code] ?? `Unknown error ${errno}`} (os error ${errno})`);
  }
}

/** The error with this number, as `errno` of the C library has it. */
export function osError(errno: number): OsError {
  return new OsError(CODES.get(errno) ?? `E${errno}`, errno);
}

/** Calls `action`, and turns the errors of `node:fs` and of its kin into an {@link OsError}. */
export function withOsErrors<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fromNode(error);
  }
}

/** `EPERM: Operation not permitted`, as the reference shows errors of system calls of its own. */
export const codeAndText = ({ code, message }: OsError): string =>
  `${code}: ${message.replace(/ \(os error \d+\)$/, "")}`;

/** The system's text of an error of Node's, or else Node's own. */
export function systemText(error: Error): string {
  const converted = fromNode(error);
  return converted instanceof Error ? converted.message : error.message;
}

export function fromNode(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof OsError || !("code" in error)) return error;
  const { code } = error;
  if (code === "ERR_INVALID_ARG_VALUE") return new OsError("EINVAL"); // a NUL in a path
  if (typeof code !== "string" || !(code in NUMBERS)) return error;
  return new OsError(code);
}
