import { HostObject } from "rhai-wasm";
import type { Namespace } from "../namespace.ts";
import { type Call, operation } from "../operation.ts";
import { recordType } from "../record.ts";
import { askForSystem } from "../sysinfo/resource.ts";
import { machineInterfaces } from "./effects/interfaces.ts";

/** An interface of this machine, with its addresses. */
class Network extends HostObject {
  constructor(
    readonly name: string,
    readonly addresses: readonly string[],
  ) {
    super();
  }
}

const type = recordType({
  name: "Network",
  typeOf: "rust_safe_network::network::Network",
  class: Network,
  example: { variable: "network", expression: "ip_addresses()[0]" },
  fields: {
    interface_name: { type: "String", get: ({ name }) => name },
    addresses: { type: "Array<String>", get: ({ addresses }) => [...addresses] },
  },
});

const networks = ({ access }: Call): Network[] => {
  const found = machineInterfaces(access.require(askForSystem()));
  return [...found].map(([name, addresses]) => new Network(name, addresses));
};

const common = {
  parameters: [],
  returns: "Array<Network>",
  summary: "Returns the interfaces of this machine with their addresses.",
  checks: ["sysinfo:list Sysinfo(<random>)"],
  perform: networks,
} as const;

export const interfaceNamespaces: readonly Namespace[] = [
  type,
  {
    types: [],
    constants: [],
    operations: [
      // Who may know the machine is asked: its errors are the system's, not the network's.
      operation({
        ...common,
        name: "ip_addresses",
        source: "SysteminfoErrorKind",
        errors: ["Other"],
        example: "ip_addresses()",
      }),
      operation({
        ...common,
        name: "ip_addr",
        source: "text",
        errors: ["more addresses than a list can have"],
        example: "ip_addr().map(|each| each.interface_name)",
        only: "linux",
      }),
    ],
  },
];
