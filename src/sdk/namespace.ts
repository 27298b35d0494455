import type { ConstantDefinition, TypeDefinition } from "rhai-wasm";
import type { Operation } from "./operation.ts";

/** What one namespace of the SDK adds to the surface. `sdk/surface.ts` joins them into the manifest. */
export interface Namespace {
  readonly types: readonly TypeDefinition[];
  readonly constants: readonly ConstantDefinition[];
  readonly operations: readonly Operation[];
}
