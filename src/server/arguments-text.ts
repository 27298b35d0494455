import { ARGUMENT_TAGS } from "../agent/index.ts";
import { parseExactly } from "./exact-json.ts";

/**
 * The member `arguments` of a JSON text, as a JSON text again, each value tagged. Its numbers stay as they were written: an
 * integer of 64 bits does not fit a JavaScript number.
 */
export function argumentsText(body: string): string {
  // The caller has checked that it is an object, and so is this member of it.
  const { arguments: given = {} } = parseExactly(body) as { arguments?: { [name: string]: unknown } };
  return JSON.stringify(mapped(given));
}

/** What is plain JSON gets the tag that it would be written with; an object with one tag alone has its own. */
function tagged(value: unknown): unknown {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { booleanValue: value };
  if (Array.isArray(value)) return { listValue: value.map(tagged) };
  // There is nothing in a script that it could be.
  if (typeof value !== "object" || value === null) return value;
  if (isNumber(value)) return { [/^-?\d+$/.test(value.rawJSON) ? "longValue" : "doubleValue"]: value };
  const [name = "", ...more] = Object.keys(value);
  return more.length === 0 && ARGUMENT_TAGS.includes(name) ? value : { mapValue: mapped(value) };
}

const mapped = (values: object): object =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tagged(value)]));

/** A number as it was written: ECMA-262's JSON.rawJSON makes objects without a prototype of texts. */
const isNumber = (value: object): value is { readonly rawJSON: string } =>
  Object.getPrototypeOf(value) === null && "rawJSON" in value;
