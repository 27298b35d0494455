import type { Position, Value } from "rhai-wasm";
import { LIMIT_OF_ERROR, LIMIT_OF_STOP } from "./limits.ts";
import type { Reader } from "./reader.ts";
import type { ValueCodec } from "./value-codec.ts";

export interface Success {
  readonly status: "ok";
  /** The script's last value in Rhai's display form; empty for `()`. */
  readonly text: string;
}

/**
 * - `parse`: it does not compile; nothing of it ran
 * - `runtime`: an error that the script could have caught
 * - `limit`: a bound of the run was met, named by `limit`
 * - `terminated`: ended from outside; `message` is the reason
 */
export type FailureKind = "parse" | "runtime" | "limit" | "terminated";

export interface Failure {
  readonly status: "error";
  readonly kind: FailureKind;
  /** Rhai's text, with position and calls. */
  readonly message: string;
  readonly position: Position;
  /** Rhai's name of the error, for example `ErrorArithmetic`. */
  readonly error: string;
  /** What was thrown at the top level of the script, if anything. */
  readonly thrown?: Value;
  /** The same in Rhai's display form. */
  readonly thrownText?: string;
  /** Entries `source` and `message` of a thrown map, in display form. */
  readonly shown?: ReadonlyMap<string, string>;
  readonly limit?: string;
}

export type RunResult = Success | Failure;

const FINISHED = 0;
const NOT_COMPILED = 1;

/** Reads what `run.rs` left. */
export function readOutcome(from: Reader, values: ValueCodec, cancelReason: string): RunResult {
  const status = from.u8();
  const message = from.text();
  if (status === FINISHED) return { status: "ok", text: message };
  const error = from.text();
  const position = { line: from.u32(), column: from.u32() };
  const hasValue = from.u8() !== 0;
  const thrown = values.read(from);
  const thrownText = from.text();
  const shown = new Map<string, string>();
  for (let left = from.u32(); left > 0; left--) shown.set(from.text(), from.text());
  const failure = { status: "error", error, position } as const;
  if (error === "ErrorTerminated") return { ...failure, ...stopped(thrown, position, cancelReason) };
  const limit = LIMIT_OF_ERROR[error];
  const kind = status === NOT_COMPILED ? "parse" : limit ? "limit" : "runtime";
  return {
    ...failure,
    kind,
    message,
    ...(limit ? { limit } : {}),
    ...(hasValue ? { thrown, thrownText, shown } : {}),
  };
}

/** What ended the run, by the token with which it ended. */
function stopped(
  token: Value,
  { line, column }: Position,
  cancelReason: string,
): Pick<Failure, "kind" | "message" | "limit"> {
  const met = LIMIT_OF_STOP[Number(token)];
  if (!met) return { kind: "terminated", message: cancelReason };
  const [limit, message] = met;
  return {
    kind: "limit",
    limit,
    message: line > 0 ? `${message} (line ${line}, position ${column})` : message,
  };
}
