/** What tests of executed programs share. */
import { openSync } from "node:fs";
import { closing } from "../file/descriptor.ts";
import type { Fd } from "../file/types.ts";
import { execute } from "../process.ts";
import type { ExecuteOptions } from "./types.ts";

export const OPTIONS: ExecuteOptions = { env: {}, maxOutput: 1_000_000, timeoutMs: 20_000 };

export const withFd = <T>(path: string, action: (fd: Fd) => T): T => closing(openSync(path, "r"), action);
export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What `command` writes to standard output, executed by a shell. */
export const shell = (command: string, options: Partial<ExecuteOptions> = {}): string =>
  decode(withFd("/bin/sh", (fd) => execute(fd, ["sh", "-c", command], { ...OPTIONS, ...options })).stdout);
