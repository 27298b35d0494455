import type { Value } from "rhai-wasm";
import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { type NetworkStats, networkStats, STATISTICS_FILES } from "./statistics.ts";

const common = {
  parameters: [],
  only: "linux",
  checks: STATISTICS_FILES.flatMap((path) => [`fs:open File(${path})`, `fs:read File(${path})`]),
} as const;

/** What the helper `netstat` returns: less than the records have, in maps. */
const asMaps = ({ connections, sockets }: NetworkStats): Map<string, Value> =>
  new Map<string, Value>([
    [
      "internet",
      connections.map(
        ({ protocol, state, socket }) =>
          new Map<string, Value>([
            ["protocol", protocol.name],
            ["local_address", socket.local],
            ["remote_address", socket.remote],
            ["state", state.name],
            ["recv_queue", BigInt(socket.receiveQueue)],
            ["send_queue", BigInt(socket.sendQueue)],
          ]),
      ),
    ],
    [
      "unix",
      sockets.map(
        ({ protocol, state, socket }) =>
          new Map<string, Value>([
            ["protocol", protocol.name],
            ["state", state.name],
            ["path", socket.path],
            ["ref_count", BigInt(socket.references)],
          ]),
      ),
    ],
  ]);

export const statisticsOperations: Namespace = {
  types: [],
  constants: [],
  operations: [
    operation({
      ...common,
      name: "network_stats",
      source: "NetworkErrorKind",
      returns: "NetworkStats",
      summary: "Returns all sockets of this machine, with the processes that hold them.",
      errors: ["Other"],
      example: "network_stats()",
      perform: networkStats,
    }),
    operation({
      ...common,
      name: "netstat",
      source: "text",
      returns:
        "Map{internet:[{protocol,local_address,remote_address,state,recv_queue,send_queue}],unix:[{protocol,state,path,ref_count}]}",
      summary: "Returns all sockets of this machine as maps.",
      errors: ["a table of the kernel that cannot be read, or is too large"],
      example: 'netstat().internet.filter(|each| each.state == "Listen")',
      perform: (call) => asMaps(networkStats(call)),
    }),
  ],
};
