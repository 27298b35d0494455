/** Parameters of the kernel. */
import { HostObject, type Value } from "rhai-wasm";
import { TextError } from "../errors.ts";
import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { object, text } from "../parameters.ts";
import { NoPrivilege } from "./errors.ts";
import { entryRecord, findParameters } from "./find.ts";
import { loadSystem } from "./load.ts";
import { readParameter, writeParameter } from "./parameter.ts";

class SysctlManager extends HostObject {}

const MANAGER = {
  name: "SysctlManager",
  typeOf: "rust_safe_system_info::system::SysctlManager",
  class: SysctlManager,
  example: { variable: "parameters", expression: "SysctlManager()" },
};

const self = object(MANAGER);
const common = { source: "SysteminfoErrorKind", only: "linux" } as const;
const shell = { source: "text", only: "linux" } as const;

const OPEN = ["fs:open Dir(/proc/sys/<key up to its last dot>)", "fs:open File(/proc/sys/<key>)"] as const;
const READ = {
  returns: "String",
  summary: "Reads a parameter of the kernel, as root where only root may.",
  checks: [
    ...OPEN,
    "fs:read File(/proc/sys/<key>), else fs:redacted_read",
    "the same for root, if only root may read it",
  ],
} as const;
const WRITE = {
  returns: "()",
  summary: "Sets a parameter of the kernel, as root.",
  checks: [...OPEN, "fs:write File(/proc/sys/<key>)", "all of them for root"],
} as const;
const FIND = {
  summary:
    "Finds the parameters of the kernel whose path below `/proc/sys` matches a regex; leaves out what may not be read.",
  checks: [
    "fs:open Dir(/proc/sys)",
    "fs:read Dir(/proc/sys)",
    "fs:open Dir(<each subdirectory>), else it is left out",
    "fs:read Dir(<each subdirectory>), else it is left out",
    "fs:open File(<each match>), else it is left out",
    "fs:read File(<each match>), else fs:redacted_read, else it is left out",
  ],
} as const;

const UNREADABLE = "a parameter that cannot be read";
const NO_ROOT = "a program that may not become root";

/** What `act` returns. For functions of the shell's kind a lack of privileges is an error like any other. */
function withTexts<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof NoPrivilege ? new TextError(error.message) : error;
  }
}

const operations = [
  operation({
    ...common,
    name: "SysctlManager",
    parameters: [],
    returns: MANAGER.name,
    summary: "Makes what reads and sets parameters of the kernel.",
    checks: [],
    example: "SysctlManager()",
    perform: () => new SysctlManager(),
  }),
  operation({
    ...common,
    ...READ,
    name: "read",
    parameters: [self, text("key")],
    denials: "Other",
    example: 'parameters.read("net.ipv4.ip_forward")',
    perform: (call, _manager, key) => readParameter(call, key),
  }),
  operation({
    ...common,
    ...WRITE,
    name: "write",
    parameters: [self, text("key"), text("value")],
    errors: ["InvalidParameter", "InvalidValue"],
    denials: "Other",
    example: 'parameters.write("kernel.printk_ratelimit", "5")',
    perform: (call, _manager, key, value) => {
      writeParameter(call, key, value);
      return null;
    },
  }),
  operation({
    ...common,
    ...FIND,
    name: "find",
    parameters: [self, text("pattern")],
    returns: "Array<SysctlEntry>",
    denials: "Other",
    example: 'parameters.find("/net/ipv4/tcp_(rmem|wmem)$")',
    perform: (call, _manager, pattern) => findParameters(call, pattern),
  }),
  operation({
    ...common,
    name: "load_system",
    parameters: [self],
    returns: "()",
    summary:
      "Sets the parameters of the kernel as the files of this system say, with `sysctl --system` as root.",
    checks: ["sysctl:load Sysctl(<any id>)", "fs:open Dir(/usr/sbin)", "fs:open File(/usr/sbin/sysctl)"],
    errors: ["IoError", "Other"],
    example: "parameters.load_system()",
    perform: (call) => {
      loadSystem(call);
      return null;
    },
  }),
  operation({
    ...shell,
    ...READ,
    name: "sysctl_read",
    parameters: [text("key")],
    errors: [UNREADABLE, NO_ROOT],
    example: 'sysctl_read("kernel.ostype")',
    perform: (call, key) => withTexts(() => readParameter(call, key)),
  }),
  operation({
    ...shell,
    ...FIND,
    name: "sysctl_find",
    parameters: [text("pattern")],
    returns: "Array<Map{key,value}>",
    errors: ["a regex that is not valid", UNREADABLE, NO_ROOT],
    example: 'sysctl_find("/kernel/random/")',
    perform: (call, pattern): Value => withTexts(() => findParameters(call, pattern).map(entryRecord.toMap)),
  }),
  operation({
    ...shell,
    ...WRITE,
    name: "sysctl_write",
    parameters: [text("key"), text("value")],
    errors: [
      "a parameter that there is not",
      "a value that the parameter does not take",
      "a parameter that cannot be set",
      NO_ROOT,
    ],
    example: 'sysctl_write("kernel.printk_ratelimit", "5")',
    perform: (call, key, value) => {
      withTexts(() => writeParameter(call, key, value));
      return null;
    },
  }),
];

export const sysctlNamespaces: readonly Namespace[] = [
  entryRecord,
  { types: [MANAGER], constants: [], operations },
];
