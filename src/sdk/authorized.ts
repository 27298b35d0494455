import type { Action, Authorized } from "../policy/types.ts";

/**
 * Refuses to act on `path` with a token that was given for another resource. Tokens come from the policy room
 * alone, so this can only be a mistake of ours: it ends the run instead of acting.
 */
export function expectFor(token: Authorized<Action>, path: string): void {
  // The id of a name that is not UTF-8 is its text with U+FFFD.
  if (token.request.resource.id !== path.toWellFormed()) {
    throw new Error(`authorized for ${token.request.resource.id}, used for ${path}`);
  }
}
