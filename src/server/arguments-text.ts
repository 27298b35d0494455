import { parseExactly } from "./exact-json.ts";

/**
 * The member `arguments` of a JSON text, as a JSON text again. Its numbers stay as they were written: an integer of 64
 * bits does not fit a JavaScript number.
 */
export function argumentsText(body: string): string {
  // The caller has checked that it is an object.
  return JSON.stringify((parseExactly(body) as { arguments?: unknown }).arguments ?? {});
}
