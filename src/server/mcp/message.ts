import { parseExactly } from "../exact-json.ts";

/**
 * A message of the protocol (or some of them) as `JSON.parse` has it, but numbers in the arguments of a script stay as
 * they were written: an integer of 64 bits does not fit a JavaScript number. @throws {SyntaxError}
 */
export function parseMessage(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!text.includes(TOOL)) return value;
  const exact = parseExactly(text);
  const messages = Array.isArray(value) ? value : [value];
  const exactMessages = Array.isArray(exact) ? exact : [exact];
  for (const [index, message] of messages.entries()) place(message, exactMessages[index]);
  return value;
}

/** The tool whose arguments have those of a script. */
const TOOL = '"run_script"';

function place(message: unknown, exact: unknown): void {
  const call = member(member(message, "params"), "arguments");
  const script = member(member(member(exact, "params"), "arguments"), "arguments");
  if (isRecord(call) && isRecord(script)) call["arguments"] = script;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const member = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
