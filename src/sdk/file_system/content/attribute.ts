import type { Namespace } from "../../namespace.ts";
import { operation } from "../../operation.ts";
import { field, mustBeInitialized, options, required } from "../../options.ts";
import { object } from "../../parameters.ts";
import { changeAttribute } from "../effects/attribute.ts";
import { HANDLES } from "../handles.ts";
import { asIoErrors, ioError } from "../os-errors.ts";
import { ask, file } from "../resource.ts";

const SELINUX = "security.selinux";

/** Parts of an SELinux label in their order. */
const PARTS = ["user", "role", "type", "level"] as const;

const setXAttrOptions = options({
  name: "SetXAttrOptions",
  path: "rust_safe_io::options",
  summary: "Begins the options of an extended attribute; what is not set of an SELinux label stays.",
  only: "linux",
  fields: {
    name: required(field.text(), mustBeInitialized),
    selinux_type: field.text(),
    selinux_user: field.text(),
    selinux_role: field.text(),
    selinux_level: field.text(),
  },
  examples: {
    name: '"security.selinux"',
    selinux_type: '"var_log_t"',
    selinux_user: '"system_u"',
    selinux_role: '"object_r"',
    selinux_level: '"s0"',
  },
});

const invalid = (reason: string) => ioError("InvalidArguments", `Invalid arguments: ${reason}`);

/** A part may not reach into the next, nor hide in what an administrator looks at. */
function expectPart(part: string, value: string): void {
  if (value.trim() === "") throw invalid(`SELinux ${part} cannot be empty or whitespace-only`);
  if (value !== value.trim()) throw invalid(`SELinux ${part} cannot have leading or trailing whitespace`);
  if (value.includes(":")) {
    throw invalid(`SELinux ${part} cannot contain ':' character as it is the context delimiter`);
  }
  if (/\p{Cc}/u.test(value)) throw invalid(`SELinux ${part} cannot contain control characters`);
}

const setExtendedAttribute = operation({
  name: "set_extended_attr",
  source: "IoErrorKind",
  parameters: [object(HANDLES.file), setXAttrOptions.parameter],
  returns: "()",
  summary: "Changes parts of the SELinux label of the file.",
  checks: ["fs:set_x_attr File(<file>) with the attribute's name"],
  errors: ["UnsupportedOperationError", "InvalidArguments", "RustixError"],
  example:
    'file.set_extended_attr(SetXAttrOptions().name("security.selinux").selinux_type("var_log_t").build())',
  only: "linux",
  perform: (call, handle, { values }) => {
    const { name } = values;
    const context = { record: { xattr: { name } }, entities: [] };
    const token = call.access.require(ask("set_x_attr", file(handle.path), context));
    if (name !== SELINUX) {
      const reason = `Extended attribute for '${name}' is not supported. Only '${SELINUX}' is supported.`;
      throw ioError("UnsupportedOperationError", `Unsupported Operation error: ${reason}`);
    }
    const wanted = PARTS.map((part) => values[`selinux_${part}`]);
    for (const [index, part] of PARTS.entries()) {
      const value = wanted[index];
      if (value !== undefined) expectPart(part, value);
    }
    const change = (old: Uint8Array) => Buffer.from(newLabel(name, Buffer.from(old).toString(), wanted));
    asIoErrors(() => changeAttribute(token, handle, name, change), "RustixError");
    return null;
  },
});

/** `label` with the parts that are wanted. */
export function newLabel(name: string, label: string, wanted: readonly (string | undefined)[]): string {
  if (label === "") throw invalid(`SELinux extended attribute '${name}' is empty`);
  const parts = label.split(":");
  if (parts.length !== PARTS.length) {
    const found = `expected 4 colon-separated components, got ${parts.length}`;
    throw invalid(`Invalid xattr format for '${name}': ${found}`);
  }
  return parts.map((part, index) => wanted[index] ?? part).join(":");
}

export const attributeNamespaces: readonly Namespace[] = [
  setXAttrOptions.namespace,
  { types: [], constants: [], operations: [setExtendedAttribute] },
];
