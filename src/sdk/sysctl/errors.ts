import { Terminated } from "rhai-wasm";
import { codeAndText, OsError } from "../../platform/os-error.ts";
import { Denied } from "../../policy/errors.ts";
import { denialMessage } from "../denial.ts";
import { SdkError } from "../errors.ts";
import { SOURCE, systemError } from "../sysinfo/errors.ts";

/** An error of the system itself, and not of a policy or of what was given. */
const isOf = (error: unknown, code: string): boolean =>
  error instanceof SdkError && error.kind === "IoError" && error.message === new OsError(code).message;

/** Whether the system does not let this user read it. */
export const isRefused = (error: unknown): boolean => isOf(error, "EACCES");

/** `error` of a file as scripts see it here: all are of one kind, also denials. Others stay as they are. */
export function fromFile(error: unknown): unknown {
  if (error instanceof Denied) return systemError(denialMessage(error));
  return error instanceof SdkError ? systemError(error.message) : error;
}

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
