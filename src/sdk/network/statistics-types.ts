import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { object } from "../parameters.ts";
import { recordType } from "../record.ts";
import { NETWORK_PROTOCOL, TCP_STATE, UNIX_PROTOCOL, UNIX_SOCKET_STATE } from "./enumerations.ts";
import { InternetConnection, NetworkStats, SocketAddress, SocketProcess, UnixSocket } from "./statistics.ts";

const PATH = "rust_safe_network::netstat::common";
const ADDRESS = {
  name: "SocketAddr",
  debug: "core::net::socket_addr::SocketAddr",
  class: SocketAddress,
  example: { variable: "address", expression: "socket.local_address" },
};

const process = recordType({
  name: "NetworkProcessInfo",
  // A type of the processes has this name, too.
  typeOf: "ProcessInfo",
  class: SocketProcess,
  example: {
    variable: "listener",
    expression: "sockets.internet_connections.find(|each| each.process_info != ()).process_info",
  },
  fields: {
    pid: { type: "i64", get: ({ owner }) => BigInt(owner.pid) },
    process_name: { type: "String", get: ({ owner }) => owner.name },
  },
});

type Held = { readonly process: SocketProcess | null };
const PROCESS_INFO = {
  type: "NetworkProcessInfo or ()",
  get: ({ process: held }: Held) => held,
  mapped: ({ process: held }: Held) => held && process.toMap(held),
};

const connection = recordType({
  name: "InternetConnection",
  typeOf: `${PATH}::InternetConnection`,
  class: InternetConnection,
  example: { variable: "socket", expression: "sockets.internet_connections[0]" },
  fields: {
    protocol: {
      type: NETWORK_PROTOCOL.name,
      get: ({ protocol }) => protocol,
      mapped: ({ protocol }) => protocol.name,
    },
    recv_queue: { type: "i64", get: ({ socket }) => BigInt(socket.receiveQueue) },
    send_queue: { type: "i64", get: ({ socket }) => BigInt(socket.sendQueue) },
    local_address: { type: ADDRESS.name, get: ({ local }) => local, mapped: ({ local }) => local.text },
    remote_address: { type: ADDRESS.name, get: ({ remote }) => remote, mapped: ({ remote }) => remote.text },
    state: { type: TCP_STATE.name, get: ({ state }) => state, mapped: ({ state }) => state.name },
    inode: { type: "i64", get: ({ socket }) => socket.inode },
    process_info: PROCESS_INFO,
  },
});

const unixSocket = recordType({
  name: "UnixSocket",
  typeOf: `${PATH}::UnixSocket`,
  class: UnixSocket,
  example: { variable: "channel", expression: "sockets.unix_sockets[0]" },
  fields: {
    protocol: {
      type: UNIX_PROTOCOL.name,
      get: ({ protocol }) => protocol,
      mapped: ({ protocol }) => protocol.name,
    },
    ref_count: { type: "i64", get: ({ socket }) => BigInt(socket.references) },
    state: { type: UNIX_SOCKET_STATE.name, get: ({ state }) => state, mapped: ({ state }) => state.name },
    inode: { type: "i64", get: ({ socket }) => socket.inode },
    path: { type: "String", get: ({ socket }) => socket.path },
    process_info: PROCESS_INFO,
  },
});

const stats = recordType({
  name: "NetworkStats",
  typeOf: `${PATH}::NetworkStats`,
  class: NetworkStats,
  example: { variable: "sockets", expression: "network_stats()" },
  fields: {
    internet_connections: {
      type: "Array<InternetConnection>",
      get: ({ connections }) => [...connections],
      mapped: ({ connections }) => connections.map(connection.toMap),
    },
    unix_sockets: {
      type: "Array<UnixSocket>",
      get: ({ sockets }) => [...sockets],
      mapped: ({ sockets }) => sockets.map(unixSocket.toMap),
    },
  },
});

const address: Namespace = {
  types: [ADDRESS],
  constants: [],
  operations: [
    operation({
      name: "to_string",
      parameters: [object<SocketAddress>(ADDRESS)],
      returns: "String",
      source: "NetworkErrorKind",
      checks: [],
      summary: "The address with its port, as in `127.0.0.1:80` and `[::1]:80`.",
      example: "address.to_string()",
      perform: (_call, { text }) => text,
    }),
  ],
};

export const statisticsNamespaces: readonly Namespace[] = [process, connection, unixSocket, stats, address];
