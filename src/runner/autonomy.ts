import { isEffect } from "../policy/dry-run.ts";
import type { Action, Principal } from "../policy/types.ts";

/** What an agent may do by itself, beside what the policy permits it. */
export const AUTONOMY = { observe: 0, ask: 1, narrow: 2, act: 3, full: 4 } as const;
export const MAX_AUTONOMY = AUTONOMY.full;

/** How ids of policies begin that are not the owner's. */
export const RESERVED = "remit:";

/**
 * Policies that hold beside the owner's, for agents: below level 3 nothing that acts on other processes or changes who
 * may do what, below level 4 nothing that changes services, the kernel or what is mounted.
 */
export const AUTONOMY_POLICIES = `
@id("remit:autonomy-3")
forbid (
  principal is Agent,
  action in [
    file_system::Action::"execute", file_system::Action::"chown", file_system::Action::"chmod",
    file_system::Action::"set_x_attr", process_system::Action::"kill", process_system::Action::"interrupt",
    process_system::Action::"trace"
  ],
  resource
) when { principal.autonomy < 3 };
@id("remit:autonomy-4")
forbid (
  principal is Agent,
  action in [
    systemd::Action::"start", systemd::Action::"stop", systemd::Action::"restart", systemd::Action::"daemon_reload",
    sysctl::Action::"load", file_system::Action::"unmount"
  ],
  resource
) when { principal.autonomy < 4 };
`;

/** Level of a principal; an account of the machine has them all. */
export function autonomyOf({ type, attributes }: Principal): number {
  const level = attributes?.["autonomy"];
  return type === "Agent" ? (typeof level === "number" ? level : AUTONOMY.observe) : MAX_AUTONOMY;
}

/** Whether somebody has to approve `action` whatever the policy says of it. */
export const mustAsk = (principal: Principal, action: Action): boolean =>
  autonomyOf(principal) === AUTONOMY.ask && isEffect(action);
