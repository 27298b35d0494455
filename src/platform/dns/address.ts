import { formatAddress, parseAddress as parse } from "../network/address.ts";

/** The address that `text` is, in its shortest form; undefined where it is none. Zones are not part of an address. */
export function parseAddress(text: string): string | undefined {
  const address = parse(text);
  return address && formatAddress(address);
}

/** The address in the bytes of an A or AAAA record; undefined where there are not as many as it needs. */
export const addressOf = (bytes: Uint8Array): string | undefined =>
  bytes.length === 4 || bytes.length === 16 ? formatAddress(bytes) : undefined;
