/** A name could not be resolved; the message says why. */
export class DnsError extends Error {
  override readonly name = "DnsError";
}

export const TIMED_OUT = "request timed out";
