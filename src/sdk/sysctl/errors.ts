import { Terminated } from "rhai-wasm";
import { codeAndText, OsError } from "../../platform/os-error.ts";
import { SdkError } from "../errors.ts";
import { fromFile, SOURCE } from "../sysinfo/errors.ts";

/** An error of the system itself, and not of a policy or of what was given. */
const isOf = (error: unknown, code: string): boolean =>
  error instanceof SdkError && error.kind === "IoError" && error.message === new OsError(code).message;

/** Whether the system does not let this user read it. */
export const isRefused = (error: unknown): boolean => isOf(error, "EACCES");

/** The same of a file that was written to. */
export function fromWriting(error: unknown, key: string, value: string): unknown {
  if (isOf(error, "ENOENT"))
    return new SdkError(SOURCE, "InvalidParameter", `Invalid sysctl parameter: ${key}`);
  if (!isOf(error, "EINVAL")) return fromFile(error);
  const reason = "Invalid argument";
  return new SdkError(SOURCE, "InvalidValue", `Invalid sysctl value for ${key}=${value}: ${reason}`);
}

/** This program may not become root, which ends the run unless a function of the shell's kind was called. */
export class NoPrivilege extends Terminated {}

export const noPrivilege = (error: OsError): NoPrivilege =>
  new NoPrivilege(`Failed to switch privileges: ${codeAndText(error)}`);
