import type { Namespace } from "../namespace.ts";
import { canonicalAddress } from "../network/effects/connect.ts";
import { heedForbids } from "../network/resource.ts";
import type { Call } from "../operation.ts";
import { field, mustBeInitialized, options, required } from "../options.ts";
import { addressesOf } from "./effects/resolve.ts";
import { askForHostname } from "./resource.ts";
import { AUTO, TRANSPORT_PROTOCOL, transportNamespace, transportOf } from "./transport.ts";

const PATH = "rust_safe_system_info::options";

const DEFAULT_SECONDS = 5n;
const MILLISECONDS = 1000n;
/** More seconds than any limit allows. */
const MAX_SECONDS = 1_000_000n;

export const resolveOptions = options({
  name: "ResolveOptions",
  path: PATH,
  rustName: "ResolveConfig",
  summary: "Begins the options of how the name of a host is resolved.",
  examples: {
    hostname: '"localhost"',
    protocol: "TransportProtocol::TCP",
    resolver: '"127.0.0.1"',
    timeout: "2",
  },
  fields: {
    hostname: required(field.text(), mustBeInitialized),
    protocol: field.enumeration(TRANSPORT_PROTOCOL.name, AUTO),
    resolver: field.text(),
    timeout: field.unsigned(DEFAULT_SECONDS),
  },
});

/** The addresses of a host, of both families, sorted. Asks to resolve its name as it is given. */
export async function resolveHostname(
  { access }: Call,
  hostname: string,
  { protocol = AUTO, resolver, timeout = DEFAULT_SECONDS }: Partial<ResolveValues> = {},
): Promise<string[]> {
  const token = access.require(askForHostname(hostname));
  // The server that a script names is a machine that it has something sent to.
  if (resolver !== undefined) heedForbids(access, "connect")(canonicalAddress(resolver) ?? resolver);
  const seconds = timeout > MAX_SECONDS ? MAX_SECONDS : timeout;
  return addressesOf(token, hostname, {
    protocol: transportOf(protocol),
    resolver,
    timeoutMs: Number(seconds * MILLISECONDS),
  });
}

type ResolveValues = InstanceType<typeof resolveOptions.type.class>["values"];

export const resolveNamespaces: readonly Namespace[] = [transportNamespace, resolveOptions.namespace];
