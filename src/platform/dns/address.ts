import { isIP } from "node:net";

/** The address that `text` is, in its shortest form; undefined where it is none. Zones are not part of an address. */
export function parseAddress(text: string): string | undefined {
  const family = text.includes("%") ? 0 : isIP(text);
  if (family === 4) return /(^|\.)0\d/.test(text) ? undefined : text;
  return family === 6 ? shortest(text) : undefined;
}

/** The address in the bytes of an A or AAAA record; undefined where there are not as many as it needs. */
export function addressOf(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(2 * index).toString(16));
  return shortest(groups.join(":"));
}

/** RFC 5952: the longest run of zeros is left out, and the end of a mapped address is written as one of IPv4. */
function shortest(ipv6: string): string {
  const short = new URL(`http://[${ipv6}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const bytes = [high, low].map((group) => Number.parseInt(group, 16)).flatMap((n) => [n >> 8, n & 255]);
  return `::ffff:${bytes.join(".")}`;
}
