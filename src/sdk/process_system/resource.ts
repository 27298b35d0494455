import type { Action, AuthorizationRequest } from "../../policy/types.ts";

export type ProcessAction = Extract<Action, `process_system.${string}`>;

/** A process as policies know it. */
export interface Attributes {
  readonly pid: number;
  readonly name: string;
  /** Empty where the user has no name. */
  readonly username: string;
  readonly command: string;
}

/** `action` on `process`. */
export const ask = <A extends ProcessAction>(
  action: A,
  { pid, name, username, command }: Attributes,
): AuthorizationRequest<A> => ({
  action,
  resource: {
    type: "process_system::Process",
    id: String(pid),
    attributes: { pid: String(pid), name, username, command },
    ancestors: [],
  },
});

/** Whether policies see no difference between the two. */
export const sameAttributes = (a: Attributes, b: Attributes): boolean =>
  a.pid === b.pid && a.name === b.name && a.username === b.username && a.command === b.command;
