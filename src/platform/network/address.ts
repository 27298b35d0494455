/** An IP address as bytes: 4 or 16. */
export type Address = Uint8Array;

/** The address that `text` writes: four decimal numbers, or IPv6 without a zone; nothing else is one. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** The address in its one canonical spelling (RFC 5952). */
export function formatAddress(address: Address): string {
  if (address.length === 4) return address.join(".");
  const groups = groupsOf(address);
  if (isMapped(address)) return `::ffff:${address.subarray(12).join(".")}`;
  const { start, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

/** IPv4 addresses that are written as IPv6 are what they stand for: the system connects to that. */
export function unmapped(address: Address): Address {
  return isMapped(address) ? address.subarray(12) : address;
}

const isMapped = (address: Address): boolean =>
  address.length === 16 &&
  address.subarray(0, 10).every((byte) => byte === 0) &&
  address[10] === 0xff &&
  address[11] === 0xff;

function parseIpv4(text: string): Address | undefined {
  const numbers = text.split(".");
  if (numbers.length !== 4) return undefined;
  // A leading zero would be octal to some.
  if (!numbers.every((number) => /^(0|[1-9][0-9]{0,2})$/.test(number) && Number(number) < 256))
    return undefined;
  return Uint8Array.from(numbers, Number);
}

function parseIpv6(text: string): Address | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const before = groupsOfText(head, tail === undefined);
  const after = tail === undefined ? [] : groupsOfText(tail, true);
  if (!before || !after) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...new Array<number>(missing).fill(0), ...after];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Groups of `text`; the last may be an IPv4 address where it ends the whole. */
function groupsOfText(text: string, endsAddress: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const last = parts.at(-1) ?? "";
  const ipv4 = endsAddress && last.includes(".") ? parseIpv4(last) : undefined;
  if (ipv4) parts.pop();
  if (!parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return undefined;
  return [...parts.map((part) => Number.parseInt(part, 16)), ...(ipv4 ? groupsOf(ipv4) : [])];
}

const groupsOf = (address: Address): number[] =>
  Array.from(
    { length: address.length / 2 },
    (_, index) => ((address[2 * index] ?? 0) << 8) | (address[2 * index + 1] ?? 0),
  );

/** The longest run of zeros, of several the first. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}

/** A number, or several with dots between, in any of the notations that the C library takes for an IPv4 address. */
const NUMERIC = /^(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}$/i;

/** The address that `host` is in whatever spelling, such as `127.1`, `0x7f000001` or `[::1]`; `undefined` of a name. */
export function spelledAddress(host: string): Address | undefined {
  const inner = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : undefined;
  if (inner !== undefined) return inner.includes(":") ? parseAddress(inner) : undefined;
  if (!NUMERIC.test(host)) return parseAddress(host);
  // Those notations are the ones of URLs, too.
  return URL.canParse(`http://${host}/`) ? parseAddress(new URL(`http://${host}/`).hostname) : undefined;
}
