/** An address of this machine on which the agent listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(127\.0\.0\.1|\[::1\]):(\d{1,5})$/;
const MAX_PORT = 65_535;

/** What {@link parseAddress} takes, for messages. */
export const ADDRESS_FORMS = "127.0.0.1:PORT or [::1]:PORT";

/** `text` as an address of this machine only; `undefined` if it is none. */
export function parseAddress(text: string): Address | undefined {
  const [, host = "", port = ""] = ADDRESS.exec(text) ?? [];
  if (host === "" || Number(port) > MAX_PORT) return undefined;
  return { host: host.replace(/[[\]]/g, ""), port: Number(port) };
}
