/** The result of a run, as `rex-runner` shapes it; every field name is part of the interface. */
export interface RunResult {
  readonly output: string;
  readonly status: "SUCCESS" | "ERROR";
  readonly error?: RunFailure;
  readonly alarms?: readonly Alarm[];
  readonly metrics?: readonly Metric[];
  readonly logs?: readonly { readonly attributes: LogAttributes }[];
}

export type ErrorType =
  | "VALIDATION_EXCEPTION"
  | "ACCESS_DENIED_EXCEPTION"
  | "INTERNAL_EXCEPTION"
  | "SCRIPT_EXCEPTION"
  | "COMMUNICATION_EXCEPTION";

export interface RunFailure {
  readonly error_type: ErrorType;
  readonly message: string;
  /** Name of the limit that was met; `remit version --json` has its value. */
  readonly limit?: string;
  /** Where the fault is and what to do about it, beyond what `rex-runner` says. */
  readonly hint?: string;
}

export interface Alarm {
  readonly alarm_type: string;
  readonly alarm_details?: string;
}

export interface Metric {
  readonly metric_name: string;
  /** TIME is in nanoseconds. */
  readonly metric_value: number;
  readonly metric_unit: string;
  readonly metric_dimension: { readonly [name: string]: string };
  /** RFC 3339, UTC. */
  readonly metric_timestamp: string;
}

export interface LogAttributes {
  readonly timestamp: string;
  readonly level: string;
  readonly message: string;
  readonly line_number: string;
  readonly rhai_api_name?: string;
}

/** Characters of an error's message; a longer one is cut and ends in `...`. */
const MAX_MESSAGE = 1024;

/** `message` as a result may have it. */
export function cutMessage(message: string): string {
  // No more characters than UTF-16 units.
  if (message.length <= MAX_MESSAGE) return message;
  const characters = [...message];
  if (characters.length <= MAX_MESSAGE) return message;
  return `${characters.slice(0, MAX_MESSAGE - 3).join("")}...`;
}
