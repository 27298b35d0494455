import { networkInterfaces } from "node:os";
import { type Libc, libc, type Pointer } from "../bun-ffi.ts";
import { LIMITS, LimitError } from "../limits.ts";
import { formatAddress, parseAddress } from "./address.ts";

/** Addresses by the name of the interface; one without an address is there, too. */
export type Interfaces = ReadonlyMap<string, readonly string[]>;

const AF_INET = 2;
const AF_INET6 = 10;
/** Bytes of a name, with the NUL at its end. */
const IFNAMSIZ = 16;

/** The interfaces of this machine, sorted by name. */
export function interfaces(): Interfaces {
  const found = new Map<string, string[]>();
  const c = process.platform === "linux" ? libc() : undefined;
  const addresses = c ? listedBy(c) : listedByNode();
  let count = 0;
  for (const [name, address] of addresses) {
    if (++count > LIMITS.interfaceAddresses) {
      throw new LimitError("interfaceAddresses", LIMITS.interfaceAddresses);
    }
    const known = found.get(name) ?? [];
    found.set(name, known);
    if (address !== undefined && !known.includes(address)) known.push(address);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Listed = readonly [name: string, address: string | undefined];

/** Node leaves out the interfaces that are down. */
function* listedByNode(): Generator<Listed> {
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    for (const { address } of addresses) {
      const parsed = parseAddress(address);
      yield [name, parsed && formatAddress(parsed)];
    }
  }
}

/**
 * `struct ifaddrs` of 64-bit Linux: address of the next (8 bytes), of the name (8), flags (8), address of the
 * `struct sockaddr` (8). Each interface is listed for its link, too.
 */
function* listedBy(c: Libc): Generator<Listed> {
  const first = new BigUint64Array(1);
  c.check(c.functions.getifaddrs(c.addressOf(new Uint8Array(first.buffer))));
  const list = Number(first[0] ?? 0);
  try {
    for (let at: Pointer = list; at !== 0; ) {
      const entry = new DataView(c.copy(at, 0, 32).buffer);
      const pointer = (offset: number): Pointer => Number(entry.getBigUint64(offset, true));
      const socketAddress = pointer(24);
      yield [nameAt(c, pointer(8)), socketAddress === 0 ? undefined : addressAt(c, socketAddress)];
      at = pointer(0);
    }
  } finally {
    if (list !== 0) c.functions.freeifaddrs(list);
  }
}

/** What stands after a colon is a label of the address, of the old kind of aliases. */
function nameAt(c: Libc, pointer: Pointer): string {
  const bytes = c.copy(pointer, 0, IFNAMSIZ);
  const end = bytes.indexOf(0);
  const name = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  return name.replace(/:.*/s, "");
}

/** The address of a `struct sockaddr_in`, or of a `sockaddr_in6`; of no other. */
function addressAt(c: Libc, pointer: Pointer): string | undefined {
  const family = new DataView(c.copy(pointer, 0, 2).buffer).getUint16(0, true);
  if (family === AF_INET) return formatAddress(c.copy(pointer, 4, 4));
  return family === AF_INET6 ? formatAddress(c.copy(pointer, 8, 16)) : undefined;
}
