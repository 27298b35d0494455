import type { Call } from "../operation.ts";
import { named, recordType, Values } from "../record.ts";
import { nameOfKernel } from "./effects/machine.ts";
import { askForSystem } from "./resource.ts";

/** In the order in which `uname -a` prints them. */
const NAMES = [
  "kernel_name",
  "nodename",
  "kernel_release",
  "kernel_version",
  "machine",
  "processor",
  "hardware_platform",
  "operating_system",
] as const;

/** What the system calls itself. */
export class UnameInfo extends Values<{ readonly [K in (typeof NAMES)[number]]: string }> {}

export const unameNamespace = recordType({
  name: "UnameInfo",
  typeOf: "rust_safe_system_info::uname::common::UnameInfo",
  class: UnameInfo,
  only: "linux",
  example: { variable: "platform", expression: "uname()" },
  fields: named("String", NAMES),
  text: ({ values }) => NAMES.map((name) => values[name]).join(" "),
});

/** Asks to list the system. */
export function unameInfo({ access }: Call): UnameInfo {
  const { name, node, release, version, machine } = nameOfKernel(access.require(askForSystem()));
  return new UnameInfo({
    kernel_name: name,
    nodename: node,
    kernel_release: release,
    kernel_version: version,
    machine,
    processor: machine,
    hardware_platform: machine,
    operating_system: "GNU/Linux",
  });
}
