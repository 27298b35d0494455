/** Why an engine could not do its work; never a fault of the script. */
export type EngineErrorCode = "engine_load" | "engine_trap" | "engine_host" | "engine_busy";

/** A failure of the engine or of the host's own code; the run that met it is over, the next is not harmed. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  constructor(
    readonly code: EngineErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
