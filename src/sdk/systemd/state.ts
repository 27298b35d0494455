import { EnumValue } from "rhai-wasm";
import type { Namespace } from "../namespace.ts";
import { type Operation, operation } from "../operation.ts";
import { enumeration } from "../parameters.ts";

const STATES = [
  "active",
  "inactive",
  "failed",
  "activating",
  "deactivating",
  "maintenance",
  "reloading",
  "refreshing",
  "unknown",
] as const;
type State = (typeof STATES)[number];

export const STATE = { name: "State", debug: "rust_safe_process_mgmt::systemctl::State", values: STATES };

/** What systemd calls the state of a unit, as a value that scripts compare; `unknown` where scripts have none for it. */
export function stateOf(text: string): EnumValue {
  const name = STATES.find((state) => state === text.toLowerCase()) ?? "unknown";
  return new EnumValue(STATE.name, STATES.indexOf(name), name);
}

const ACTIVE: readonly string[] = ["active", "reloading", "refreshing"] satisfies readonly State[];

/** Whether a unit in this state runs. */
export const isActive = (state: EnumValue): boolean => ACTIVE.includes(state.name);

const isActiveAs = (kind: Operation["kind"]): Operation =>
  operation({
    name: "is_active",
    kind,
    source: "ProcessErrorKind",
    parameters: [enumeration(STATE)],
    returns: "bool",
    summary: "Whether a service in this state runs: `ACTIVE`, `RELOADING` or `REFRESHING`.",
    checks: [],
    example: kind === "getter" ? "State::ACTIVE.is_active" : "State::RELOADING.is_active()",
    only: "linux",
    perform: (_call, state) => isActive(state),
  });

export const stateNamespace: Namespace = {
  types: [STATE],
  constants: STATES.map((state) => ({
    module: STATE.name,
    name: state.toUpperCase(),
    value: stateOf(state),
  })),
  operations: [isActiveAs("function"), isActiveAs("getter")],
};
