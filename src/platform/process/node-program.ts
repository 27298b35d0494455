import { constants } from "node:os";
import { LimitError } from "../limits.ts";
import { OsError, withOsErrors } from "../os-error.ts";
import type { ExecuteResult, Program } from "./types.ts";

/** The descriptor that the executable has in the child. */
const EXECUTABLE = 3;

/** Runs `program` by `node:child_process`, for machines without FFI: without capabilities and namespaces. */
export function executeByNode(program: Program): ExecuteResult {
  const { argv, fd, options } = program;
  if (options.capabilities?.length || options.pidNamespaceOf !== undefined) throw new OsError("ENOTSUP");
  const [argv0 = "", ...args] = argv;
  // Loaded at first use: with FFI it never is.
  const ended = process
    .getBuiltinModule("node:child_process")
    .spawnSync(`/proc/self/fd/${EXECUTABLE}`, args, {
      argv0,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe", fd],
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
      maxBuffer: options.maxOutput,
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
  const { error } = ended;
  if (error !== undefined && "code" in error) {
    if (error.code === "ETIMEDOUT") throw new LimitError("executeTimeMs", options.timeoutMs);
    if (error.code === "ENOBUFS") throw new LimitError("executeOutputBytes", options.maxOutput);
    withOsErrors(() => {
      throw error;
    });
  }
  const signal = ended.signal === null ? 0 : constants.signals[ended.signal];
  return { exitCode: ended.status ?? -signal, stdout: ended.stdout, stderr: ended.stderr };
}
