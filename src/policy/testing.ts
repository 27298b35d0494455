/** Requests and decisions for the tests of this room. */
import { Decider } from "./decide.ts";
import { parsePolicySet } from "./policy-set.ts";
import type { AuthorizationRequest, Decision, EntityUid } from "./types.ts";

const DIR = "file_system::Dir";

/** All directories above `path`, nearest first. */
export function parents(path: string): readonly EntityUid[] {
  if (path === "/") return [];
  const parent = path.slice(0, Math.max(path.lastIndexOf("/"), 1));
  return [{ type: DIR, id: parent }, ...parents(parent)];
}

export type FileAction = "open" | "read" | "write" | "stat" | "delete";

export const fileRequest = (
  action: FileAction,
  path: string,
  type = "file_system::File",
): AuthorizationRequest => ({
  action: `file_system.${action}`,
  resource: { type, id: path, attributes: { path }, ancestors: parents(path) },
});

export const OPEN = 'file_system::Action::"open"';
export const root = { type: "User", id: "root" };
export const decide = (policy: string, request: AuthorizationRequest, principal = root): Decision =>
  new Decider(parsePolicySet(policy), principal).decide(request);
export const allows = (policy: string, request: AuthorizationRequest): boolean =>
  decide(policy, request).allowed;
