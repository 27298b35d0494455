import { EnumValue } from "rhai-wasm";
import type { Namespace } from "../namespace.ts";
import type { Call } from "../operation.ts";
import { field, mustBeInitialized, options, required } from "../options.ts";
import { addressesOf } from "./effects/resolve.ts";
import { askForHostname } from "./resource.ts";

const PATH = "rust_safe_system_info::options";

/** Constants, names and what they mean, in the order of their ordinals. */
const PROTOCOLS = [
  ["AUTO", "Auto", "auto"],
  ["UDP", "UDP", "udp"],
  ["TCP", "TCP", "tcp"],
] as const;

const TRANSPORT_PROTOCOL = {
  name: "TransportProtocol",
  debug: `${PATH}::TransportProtocol`,
  values: PROTOCOLS.map(([, name]) => name),
};

const protocolAt = (ordinal: number): EnumValue =>
  new EnumValue(TRANSPORT_PROTOCOL.name, ordinal, PROTOCOLS[ordinal]?.[1] ?? "");

const DEFAULT_SECONDS = 5n;
const MILLISECONDS = 1000n;
/** More seconds than any limit allows. */
const MAX_SECONDS = 1_000_000n;

export const resolveOptions = options({
  name: "ResolveOptions",
  path: PATH,
  rustName: "ResolveConfig",
  summary: "Begins the options of how the name of a host is resolved.",
  fields: {
    hostname: required(field.text(), mustBeInitialized),
    protocol: field.enumeration(TRANSPORT_PROTOCOL.name, protocolAt(0)),
    resolver: field.text(),
    timeout: field.unsigned(DEFAULT_SECONDS),
  },
});

/** The addresses of a host, of both families, sorted. Asks to resolve its name as it is given. */
export async function resolveHostname(
  { access }: Call,
  hostname: string,
  { protocol, resolver, timeout = DEFAULT_SECONDS }: Partial<ResolveValues> = {},
): Promise<string[]> {
  const token = access.require(askForHostname(hostname));
  const seconds = timeout > MAX_SECONDS ? MAX_SECONDS : timeout;
  const [, , transport] = PROTOCOLS[protocol?.ordinal ?? 0] ?? PROTOCOLS[0];
  return addressesOf(token, hostname, {
    protocol: transport,
    resolver,
    timeoutMs: Number(seconds * MILLISECONDS),
  });
}

type ResolveValues = InstanceType<typeof resolveOptions.type.class>["values"];

export const resolveNamespaces: readonly Namespace[] = [
  {
    types: [TRANSPORT_PROTOCOL],
    constants: PROTOCOLS.map(([name], ordinal) => ({
      module: TRANSPORT_PROTOCOL.name,
      name,
      value: protocolAt(ordinal),
    })),
    operations: [],
  },
  resolveOptions.namespace,
];
