import { HostObject } from "rhai-wasm";
import { OsError } from "../../platform/os-error.ts";
import { unsigned } from "../conversion.ts";
import { SdkError } from "../errors.ts";
import type { Descriptor } from "../file_system/descriptor.ts";
import type { Namespace } from "../namespace.ts";
import { type Call, operation } from "../operation.ts";
import { enumeration, integer, text } from "../parameters.ts";
import { expectEntity } from "../resource.ts";
import { TRANSPORT_PROTOCOL, type Transport, transportOf } from "../sysinfo/transport.ts";
import { canonicalAddress, open, shownTarget, targetsOf } from "./effects/connect.ts";
import { askForUrl, heedForbids } from "./resource.ts";

/** An open connection; scripts see by it that one can be made. */
export class Connection extends HostObject {
  constructor(private readonly descriptor: Descriptor) {
    super();
  }

  override release(): void {
    this.descriptor.release();
  }
}

const CONNECT = 'connect("127.0.0.1", 8080, TransportProtocol::TCP)';

const CONNECTION = {
  name: "Connection",
  typeOf: "rust_safe_network::network::Connection",
  class: Connection,
  example: { variable: "connection", expression: CONNECT },
};

const MAX_PORT = 65_535n;

/** Connects to `port` of `host`, of which the name is resolved once. */
async function connect(call: Call, host: string, port: number, transport: Transport): Promise<Connection> {
  expectEntity(host, "NetworkErrorKind");
  const token = call.access.require(askForUrl("connect", host));
  const canonical = canonicalAddress(host);
  if (canonical !== undefined && canonical !== host) call.access.require(askForUrl("connect", canonical));
  const targets = await targetsOf(token, host);
  const heed = heedForbids(call.access, "connect");
  for (const target of targets) heed(shownTarget(target));
  const [target] = targets;
  if (!target) throw other(`Invalid address format: ${host}:${port}`);
  const connectBy = async (protocol: "tcp" | "udp") =>
    new Connection(await open(token, host, protocol, target, port).catch(rethrow));
  if (transport !== "auto") return connectBy(transport);
  return connectBy("tcp").catch((error: unknown) => {
    if (error instanceof SdkError) return connectBy("udp");
    throw error;
  });
}

const other = (message: string): Error => new SdkError("NetworkErrorKind", "Other", message);

function rethrow(error: unknown): never {
  if (!(error instanceof OsError)) throw error;
  // The reference's own text: it is not the system that gave up.
  throw other(error.code === "ETIMEDOUT" ? "connection timed out" : error.message);
}

export const connectNamespace: Namespace = {
  types: [CONNECTION],
  constants: [],
  operations: [
    operation({
      name: "connect",
      source: "NetworkErrorKind",
      waits: true,
      parameters: [text("endpoint"), integer("port"), enumeration(TRANSPORT_PROTOCOL, "protocol")],
      returns: CONNECTION.name,
      summary: "Connects to a port of a host; `AUTO` tries TCP, then UDP.",
      checks: [
        "network:connect url(<endpoint>)",
        "network:connect url(<address>) where the endpoint is an address in another spelling",
        "network:connect url(<each address of the endpoint>), against which only a forbid counts",
      ],
      errors: ["Other"],
      example: CONNECT,
      perform: (call, endpoint, port, protocol) =>
        connect(call, endpoint, unsigned("port", port, MAX_PORT), transportOf(protocol)),
    }),
  ],
};
