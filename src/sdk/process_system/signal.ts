import { EnumValue } from "rhai-wasm";
import type { Namespace } from "../namespace.ts";

const TYPE = "Signal";
/** Numbers of the signals that scripts can send. */
const NUMBERS = { SIGTERM: 15, SIGQUIT: 3, SIGHUP: 1, SIGKILL: 9 } as const;

export type SignalNumber = (typeof NUMBERS)[keyof typeof NUMBERS];
const NAMES = Object.keys(NUMBERS);
const ORDERED: readonly SignalNumber[] = Object.values(NUMBERS);

/** SIGHUP, which asks for another permission than the signals that end a process. */
export const HANGUP: SignalNumber = NUMBERS.SIGHUP;
export const TERMINATE: SignalNumber = NUMBERS.SIGTERM;

export function signalNumber(signal: EnumValue): SignalNumber {
  const number = ORDERED[signal.ordinal];
  if (number === undefined) throw new Error(`no signal ${signal.ordinal}`);
  return number;
}

export const signalNamespace: Namespace = {
  types: [
    {
      name: TYPE,
      debug: "rustix::signal::Signal",
      values: NAMES,
      shows: "type",
    },
  ],
  constants: NAMES.map((name, ordinal) => ({
    module: TYPE,
    name,
    value: new EnumValue(TYPE, ordinal, name),
  })),
  operations: [],
};
