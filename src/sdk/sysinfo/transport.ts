import { EnumValue } from "rhai-wasm";
import type { Namespace } from "../namespace.ts";

/** How to talk to another machine: by one protocol, or by whichever works. */
export type Transport = "auto" | "udp" | "tcp";

const TRANSPORTS: readonly Transport[] = ["auto", "udp", "tcp"];

export const TRANSPORT_PROTOCOL = {
  name: "TransportProtocol",
  debug: "rust_safe_system_info::options::TransportProtocol",
  values: TRANSPORTS,
  shows: "type",
} as const;

const value = (ordinal: number): EnumValue =>
  new EnumValue(TRANSPORT_PROTOCOL.name, ordinal, TRANSPORTS[ordinal] ?? "");

/** `TransportProtocol::AUTO`. */
export const AUTO = value(0);

/** What a script's value of the enumeration says. */
export const transportOf = ({ ordinal }: EnumValue): Transport => TRANSPORTS[ordinal] ?? "auto";

export const transportNamespace: Namespace = {
  types: [TRANSPORT_PROTOCOL],
  constants: TRANSPORTS.map((transport, ordinal) => ({
    module: TRANSPORT_PROTOCOL.name,
    name: transport.toUpperCase(),
    value: value(ordinal),
  })),
  operations: [],
};
