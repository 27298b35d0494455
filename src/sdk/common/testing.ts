/** For the tests of this namespace: calls by name, against a policy that denies everything. */
import { EnumValue, type Value } from "rhai-wasm";
import { caller, messageOf, testRun, thrownBy } from "../testing.ts";
import { DateTime } from "./date-time.ts";
import { DATE_TIME_FORMAT } from "./format.ts";
import { commonNamespaces } from "./index.ts";

const perform = caller(commonNamespaces);

/** What the operation returns. It may ask for nothing: there is no permission. */
export function call(name: string, ...args: Value[]): Value {
  const run = testRun(() => false);
  const value = perform(run, name, ...args);
  if (run.asked.length > 0) throw new Error(`${name} asked for ${run.asked}`);
  return value;
}

export function time(value: Value): DateTime {
  if (!(value instanceof DateTime)) throw new Error("not a time");
  return value;
}

export const RFC3339 = new EnumValue(DATE_TIME_FORMAT.name, 0, "RFC3339");
export const RFC2822 = new EnumValue(DATE_TIME_FORMAT.name, 1, "RFC2822");

/** The time of these parts, zero where none is given. */
export const at = (...parts: number[]): DateTime =>
  time(call("DateTime", ...Array.from({ length: 7 }, (_, index) => BigInt(parts[index] ?? 0))));

/** Kind and message of the error, or the text, that the call throws. */
export function failure(name: string, ...args: Value[]): string {
  const thrown = thrownBy(() => call(name, ...args));
  const kind = thrown instanceof Map ? thrown.get("kind") : undefined;
  const message = messageOf(() => call(name, ...args));
  return kind instanceof EnumValue ? `${kind.name}|${message}` : message;
}
