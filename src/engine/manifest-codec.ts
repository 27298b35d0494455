import type { Manifest } from "rhai-wasm";
import type { Types } from "./types.ts";
import type { ValueCodec } from "./value-codec.ts";
import type { Writer } from "./writer.ts";

/** Writes `manifest` as `manifest.rs` reads it. */
export function writeManifest(out: Writer, manifest: Manifest, types: Types, values: ValueCodec): void {
  out.u32(manifest.types.length);
  for (const { name, typeOf = name, debug = typeOf, values: names = [] } of manifest.types) {
    out.text(typeOf).text(debug).u32(names.length);
    for (const value of names) out.text(value);
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
