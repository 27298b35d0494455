import { EnumValue } from "rhai-wasm";
import type { Namespace } from "../namespace.ts";

/** An enumeration of which scripts know the values as constants of a module with its name. */
function enumerationOf<const V extends readonly (readonly [constant: string, name: string])[]>(
  name: string,
  values: V,
) {
  const names = values.map(([, value]) => value);
  const value = (ordinal: number) => new EnumValue(name, ordinal, names[ordinal] ?? "");
  const namespace: Namespace = {
    types: [
      { name, debug: `rust_safe_network::netstat::common::${name}`, values: names, shows: "variable's name" },
    ],
    constants: values.map(([constant], ordinal) => ({ module: name, name: constant, value: value(ordinal) })),
    operations: [],
  };
  return { name, namespace, size: values.length, value };
}

export const NETWORK_PROTOCOL = enumerationOf("NetworkProtocol", [
  ["TCP", "Tcp"],
  ["TCP6", "Tcp6"],
  ["UDP", "Udp"],
  ["UDP6", "Udp6"],
]);

/** In the order of the kernel's numbers, which begin with 1 (`net/tcp_states.h`); the last is for what has no state. */
export const TCP_STATE = enumerationOf("TcpState", [
  ["ESTABLISHED", "Established"],
  ["SYN_SENT", "SynSent"],
  ["SYN_RECV", "SynRecv"],
  ["FIN_WAIT1", "FinWait1"],
  ["FIN_WAIT2", "FinWait2"],
  ["TIME_WAIT", "TimeWait"],
  ["CLOSE", "Close"],
  ["CLOSE_WAIT", "CloseWait"],
  ["LAST_ACK", "LastAck"],
  ["LISTEN", "Listen"],
  ["CLOSING", "Closing"],
  ["NEW_SYN_RECV", "NewSynRecv"],
  ["NONE", "None"],
]);

export const UNIX_PROTOCOL = enumerationOf("UnixProtocol", [
  ["STREAM", "Stream"],
  ["DGRAM", "Dgram"],
  ["SEQPACKET", "Seqpacket"],
]);

/** In the order of the kernel's numbers, which begin with 1 (`linux/net.h`). */
export const UNIX_SOCKET_STATE = enumerationOf("UnixSocketState", [
  ["UNCONNECTED", "Unconnected"],
  ["CONNECTING", "Connecting"],
  ["CONNECTED", "Connected"],
  ["DISCONNECTING", "Disconnecting"],
]);

export const enumerationNamespaces: readonly Namespace[] = [
  NETWORK_PROTOCOL.namespace,
  TCP_STATE.namespace,
  UNIX_PROTOCOL.namespace,
  UNIX_SOCKET_STATE.namespace,
];
