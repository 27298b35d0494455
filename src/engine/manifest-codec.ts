import type { Manifest, TypeDefinition } from "rhai-wasm";
import type { Types } from "./types.ts";
import type { ValueCodec } from "./value-codec.ts";
import type { Writer } from "./writer.ts";

/** Bits by which `object.rs` knows what an enumeration comes with. */
const COMPARES = 1;
const SHOWS = { name: 2, "variable's name": 4, type: 0 } as const;

const traits = ({ compares = true, shows = "name" }: TypeDefinition): number =>
  (compares ? COMPARES : 0) | SHOWS[shows];

/** Writes `manifest` as `manifest.rs` reads it. */
export function writeManifest(out: Writer, manifest: Manifest, types: Types, values: ValueCodec): void {
  out.u32(manifest.types.length);
  for (const type of manifest.types) {
    const { name, typeOf = name, debug = typeOf, values: names = [] } = type;
    out.text(typeOf).text(debug).u32(names.length);
    for (const value of names) out.text(value);
    out.u8(traits(type));
  }
  out.u32(manifest.constants.length);
  for (const { module, name, value } of manifest.constants) values.write(out.text(module).text(name), value);
  out.u32(manifest.functions.length);
  for (const { name, kind, module = "", parameters, waits = false } of manifest.functions) {
    // Rhai's own name for the getter of a property.
    out.text(kind === "getter" ? `get$${name}` : name).text(module);
    out.u8(waits ? 1 : 0).u32(parameters.length);
    for (const parameter of parameters) out.u16(types.code(parameter));
  }
}
