/** Stable codes of why a run could not be started, by the error type that its result has. */
export const ERROR_TYPES = {
  arguments_invalid: "COMMUNICATION_EXCEPTION",
  arguments_too_deep: "VALIDATION_EXCEPTION",
  script_not_found: "VALIDATION_EXCEPTION",
  input_unreadable: "COMMUNICATION_EXCEPTION",
  policy_refused: "INTERNAL_EXCEPTION",
  reserved_name: "SCRIPT_EXCEPTION",
  engine_failed: "INTERNAL_EXCEPTION",
  agent_unavailable: "COMMUNICATION_EXCEPTION",
  result_lost: "COMMUNICATION_EXCEPTION",
} as const;

export type RunErrorCode = keyof typeof ERROR_TYPES;

interface RefusalAlarm {
  readonly type: string;
  /** Metric that counts it, if one does. */
  readonly count?: string;
  /** Its details say what was checked, as the message does. */
  readonly withContext: boolean;
}

/** What is reported of a refusal beside its error, as `rex-runner` does. */
export const REFUSAL_ALARMS: { readonly [code in RunErrorCode]?: RefusalAlarm } = {
  arguments_too_deep: {
    type: "RexRunnerScriptArgumentValidationFailure",
    count: "RexRunnerScriptArgumentValidationFailureCount",
    withContext: true,
  },
  reserved_name: { type: "RexRunnerScriptExecutionFailure", withContext: false },
};

interface RunErrorOptions extends ErrorOptions {
  /** Milliseconds that the script ran, if it did. */
  readonly scriptTime?: number;
  /** Where the fault is and what to do about it, for people; the message is what `rex-runner` says. */
  readonly hint?: string;
}

/** A run that was not started, or that has no result. */
export class RunError extends Error {
  override readonly name = "RunError";
  readonly scriptTime: number | undefined;
  readonly hint: string | undefined;
  constructor(
    readonly code: RunErrorCode,
    message: string,
    { scriptTime, hint, ...options }: RunErrorOptions = {},
  ) {
    super(message, options);
    this.scriptTime = scriptTime;
    this.hint = hint;
  }
}
