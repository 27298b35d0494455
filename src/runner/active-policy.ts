import { createHash } from "node:crypto";
import { close, closing, type Fd, openAt, readAll, replaceContent } from "../platform/file.ts";
import { LIMITS } from "../platform/limits.ts";
import { OsError } from "../platform/os-error.ts";

/** Names in the state directory: of the policy in force, and of one that is to be tried. */
const ACTIVE = "policy.cedar";
export const CANDIDATE = "candidate.cedar";
const MODE = 0o600;
const REVISION_CHARACTERS = 16;

/** A policy, and what tells it from others. */
export interface PolicySource {
  readonly text: string;
  /** The beginning of its SHA-256, in hex. */
  readonly revision: string;
}

export const policySource = (text: string): PolicySource => ({
  text,
  revision: createHash("sha256").update(text).digest("hex").slice(0, REVISION_CHARACTERS),
});

/** The policy that is active in a state directory, or another of it. Where there is none, one that permits nothing. */
export function readPolicy(directory: Fd, name = ACTIVE): PolicySource {
  try {
    const fd = openAt(directory, name, { access: "read" });
    const bytes = closing(fd, () => readAll(fd, LIMITS.policyBytes));
    return policySource(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof OsError && error.code === "ENOENT") return policySource("");
    throw error;
  }
}

/** Makes `text` the active policy; runners take it when the epoch of the control file changes. Or puts it elsewhere. */
export function writePolicy(directory: Fd, text: string, name = ACTIVE): void {
  close(replaceContent(directory, name, Buffer.from(text), { mode: MODE }));
}
