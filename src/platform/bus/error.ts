/** A call over the bus failed: there is no bus, or what was called answered with an error. */
export class BusError extends Error {
  override readonly name = "BusError";
  constructor(
    message: string,
    /** The error's name where it is the answer, such as `org.freedesktop.DBus.Error.AccessDenied`. */
    readonly errorName?: string,
  ) {
    super(message);
  }
}

/** There is no connection to the bus. */
export class NoBus extends BusError {}
