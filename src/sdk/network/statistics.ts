import { type EnumValue, HostObject } from "rhai-wasm";
import { OsError } from "../../platform/os-error.ts";
import { Denied } from "../../policy/errors.ts";
import type { Authorized } from "../../policy/types.ts";
import { denialMessage } from "../denial.ts";
import { SdkError } from "../errors.ts";
import { ask, file } from "../file_system/resource.ts";
import type { Call } from "../operation.ts";
import {
  type InternetSocket,
  internetSockets,
  type LocalSocket,
  localSockets,
  owners,
  type SocketOwner,
  type Table,
} from "./effects/sockets.ts";
import { NETWORK_PROTOCOL, TCP_STATE, UNIX_PROTOCOL, UNIX_SOCKET_STATE } from "./enumerations.ts";

/** An address with a port. */
export class SocketAddress extends HostObject {
  constructor(readonly text: string) {
    super();
  }
}

/** The process that holds a socket. */
export class SocketProcess extends HostObject {
  constructor(readonly owner: SocketOwner) {
    super();
  }
}

export class InternetConnection extends HostObject {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  constructor(
    readonly protocol: EnumValue,
    readonly state: EnumValue,
    readonly socket: InternetSocket,
    readonly process: SocketProcess | null,
  ) {
    super();
    this.local = new SocketAddress(socket.local);
    this.remote = new SocketAddress(socket.remote);
  }
}

export class UnixSocket extends HostObject {
  constructor(
    readonly protocol: EnumValue,
    readonly state: EnumValue,
    readonly socket: LocalSocket,
    readonly process: SocketProcess | null,
  ) {
    super();
  }
}

export class NetworkStats extends HostObject {
  constructor(
    readonly connections: readonly InternetConnection[],
    readonly sockets: readonly UnixSocket[],
  ) {
    super();
  }
}

/** Tables of the kernel's in the order in which they are asked for, with the ordinal of their protocol. */
const INTERNET_TABLES = [
  ["/proc/net/tcp", 0],
  ["/proc/net/tcp6", 1],
  ["/proc/net/udp", 2],
  ["/proc/net/udp6", 3],
] as const;
const UNIX_TABLE = "/proc/net/unix";
const PROCESSES = "/proc";
/** The kernel's numbers of the types of local sockets, by the ordinal of the protocol (`linux/net.h`). */
const SOCKET_TYPES: readonly number[] = [1, 2, 5];
const FIRST_UDP = 2;

/** `open` and `read` of each of these are asked for, in this order. */
export const STATISTICS_FILES = [...INTERNET_TABLES.map(([path]) => path), UNIX_TABLE, PROCESSES];

/** All sockets of this machine, and who holds them. */
export function networkStats(call: Call): NetworkStats {
  const tokens = new Map(STATISTICS_FILES.map((path) => [path, requireRead(call, path)]));
  const tokenFor = (path: string): Authorized<"file_system.read"> => {
    const token = tokens.get(path);
    if (!token) throw new Error(`not asked for: ${path}`);
    return token;
  };
  const internet = INTERNET_TABLES.map(([path, ordinal]) => ({
    ordinal,
    rows: rowsOf(call, path, internetTable(tokenFor(path), path)),
  }));
  const local = rowsOf(call, UNIX_TABLE, localSockets(tokenFor(UNIX_TABLE), UNIX_TABLE));
  if (local.some(({ type }) => !SOCKET_TYPES.includes(type))) {
    call.warn("Invalid UNIX socket type. Defaulting to STREAM");
  }
  const inodes = new Set([...internet.flatMap(({ rows }) => rows), ...local].map(({ inode }) => inode));
  const held = owners(tokenFor(PROCESSES), inodes);
  const processOf = ({ inode }: { readonly inode: bigint }): SocketProcess | null => {
    const owner = held.get(inode);
    return owner ? new SocketProcess(owner) : null;
  };
  return new NetworkStats(
    internet.flatMap(({ ordinal, rows }) =>
      rows.map((socket) => {
        const protocol = NETWORK_PROTOCOL.value(ordinal);
        return new InternetConnection(protocol, tcpState(ordinal, socket), socket, processOf(socket));
      }),
    ),
    local.map((socket) => {
      const state = UNIX_SOCKET_STATE.value(socket.state - 1);
      return new UnixSocket(unixProtocol(socket), state, socket, processOf(socket));
    }),
  );
}

/** Denials of these files name the path alone: as scripts know them from the reference. */
function requireRead(call: Call, path: string): Authorized<"file_system.read"> {
  const resource = file(path);
  try {
    call.access.require(ask("open", resource));
    return call.access.require(ask("read", resource));
  } catch (error) {
    if (!(error instanceof Denied) || error.decision.failure) throw error;
    throw new SdkError("NetworkErrorKind", "PermissionDenied", denialMessage(error, path));
  }
}

/** A kernel without IPv6 has no tables for it. */
function internetTable(token: Authorized<"file_system.read">, path: string): Table<InternetSocket> {
  try {
    return internetSockets(token, path);
  } catch (error) {
    if (error instanceof OsError && error.code === "ENOENT") return { rows: [], unreadable: 0 };
    throw error;
  }
}

function rowsOf<T>(call: Call, path: string, { rows, unreadable }: Table<T>): readonly T[] {
  if (unreadable > 0) call.warn(`${unreadable} rows of ${path} could not be read`);
  return rows;
}

/** UDP has none, whatever the kernel writes. */
function tcpState(ordinal: number, { state }: InternetSocket): EnumValue {
  const last = TCP_STATE.size - 1;
  return TCP_STATE.value(ordinal >= FIRST_UDP || state < 1 || state > last ? last : state - 1);
}

const unixProtocol = ({ type }: LocalSocket): EnumValue =>
  UNIX_PROTOCOL.value(Math.max(SOCKET_TYPES.indexOf(type), 0));
