import { EnumValue } from "rhai-wasm";
import type { Failure } from "../engine/index.ts";

/** The SDK's errors of the network are without their kind in `rex-runner`'s messages, and known so to who reads them. */
const UNNAMED = "NetworkErrorKind";

/**
 * The message of a failed script. A thrown map reads `source: kind: message`; of another thrown value the position
 * stands twice, as in `rex-runner`; all else is Rhai's own text.
 */
export function failureMessage(failure: Failure): string {
  const { line, column } = failure.position;
  const place = line === 0 ? "" : ` (line ${line}, position ${column})`;
  if (failure.kind === "terminated") return `Script terminated: ${failure.message}${place}`;
  if (failure.kind === "limit") {
    return failure.limit === "callDepth" ? failure.message : `Limit ${failure.limit}: ${failure.message}`;
  }
  if (failure.error !== "ErrorRuntime") return failure.message;
  if (!(failure.thrown instanceof Map)) return `${failure.message}${place}`;
  const kind = failure.thrown.get("kind");
  const source = failure.shown?.get("source") ?? "Unknown";
  const isNamed = kind instanceof EnumValue && kind.type.endsWith("ErrorKind") && source !== UNNAMED;
  const kindName = isNamed ? kind.name : "Unknown";
  const message = failure.shown?.get("message") ?? "No message available";
  return `${source}: ${kindName}: ${message}${place}`;
}
