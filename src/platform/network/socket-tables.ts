import { readSystemText } from "../system/text.ts";
import { formatAddress } from "./address.ts";

/** A row of `/proc/net/tcp`, `tcp6`, `udp` or `udp6`. */
export interface InternetSocket {
  /** Address and port, as in `127.0.0.1:80` and `[::1]:80`. */
  readonly local: string;
  readonly remote: string;
  /** The kernel's number of its TCP state, from 1. */
  readonly state: number;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  readonly inode: bigint;
}

/** A row of `/proc/net/unix`. */
export interface LocalSocket {
  readonly references: number;
  /** The kernel's number of its type: 1 is a stream. */
  readonly type: number;
  /** The kernel's number of its state, from 1 to 4. */
  readonly state: number;
  readonly inode: bigint;
  /** Empty for a socket without a name; one that is abstract begins with `@`. */
  readonly path: string;
}

/** A table of the kernel's, and how many of its rows could not be read: a program chooses the paths in some. */
export interface Table<T> {
  readonly rows: readonly T[];
  readonly unreadable: number;
}

/** Reads a table of sockets of the Internet protocols. */
export const readInternetTable = (path: string): Table<InternetSocket> =>
  parseTable(readSystemText(path), internetSocket);

/** Reads the table of local sockets. */
export const readLocalTable = (path: string): Table<LocalSocket> =>
  parseTable(readSystemText(path), localSocket);

/** The rows of `text` below its heading. */
export function parseTable<T>(text: string, parse: (line: string) => T | undefined): Table<T> {
  const rows: T[] = [];
  let unreadable = 0;
  for (const line of text.split("\n").slice(1)) {
    if (line === "") continue;
    const row = parse(line);
    if (row === undefined) unreadable++;
    else rows.push(row);
  }
  return { rows, unreadable };
}

const INTERNET =
  /^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) ([0-9A-F]{8}):([0-9A-F]{8}) \S+ \S+ +\d+ +\d+ (\d{1,19})(?: |$)/;

export function internetSocket(line: string): InternetSocket | undefined {
  const found = INTERNET.exec(line);
  if (!found) return undefined;
  const [, local = "", localPort = "", remote = "", remotePort = "", state = "", send = "", receive = ""] =
    found;
  const [here, there] = [endpoint(local, localPort), endpoint(remote, remotePort)];
  if (here === undefined || there === undefined) return undefined;
  return {
    local: here,
    remote: there,
    state: hex(state),
    receiveQueue: hex(receive),
    sendQueue: hex(send),
    inode: BigInt(found[8] ?? 0),
  };
}

/** The path is all that follows: it may hold spaces, and what is no text. */
const LOCAL =
  /^[0-9a-f]+: ([0-9A-F]{8}) [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{4}) (0[1-4]) +(\d{1,19})(?: (.*))?$/s;

export function localSocket(line: string): LocalSocket | undefined {
  const found = LOCAL.exec(line);
  if (!found) return undefined;
  const [, references = "", type = "", state = "", inode = "", path = ""] = found;
  return { references: hex(references), type: hex(type), state: hex(state), inode: BigInt(inode), path };
}

const hex = (text: string): number => Number.parseInt(text, 16);

/** The kernel writes addresses as words in the order of the machine: little-endian on all that there are builds for. */
function endpoint(words: string, port: string): string | undefined {
  if (words.length !== 8 && words.length !== 32) return undefined;
  const address = formatAddress(Buffer.from(words, "hex").swap32());
  return words.length === 8 ? `${address}:${hex(port)}` : `[${address}]:${hex(port)}`;
}
