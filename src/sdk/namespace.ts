import type { ConstantDefinition } from "rhai-wasm";
import type { Operation, SdkType } from "./operation.ts";

/** A part of the surface, as its documentation divides it. */
export interface Area {
  readonly title: string;
  readonly namespaces: readonly Namespace[];
}

/** What one namespace of the SDK adds to the surface. `sdk/surface.ts` joins them into the manifest. */
export interface Namespace {
  readonly types: readonly SdkType[];
  readonly constants: readonly ConstantDefinition[];
  readonly operations: readonly Operation[];
}
