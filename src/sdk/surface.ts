import type { Manifest } from "rhai-wasm";
import type { Area } from "./namespace.ts";
import type { Operation, SdkType } from "./operation.ts";
import { knowTypes } from "./type-names.ts";

/** The whole of what scripts can call: the manifest for the engine, whose `functions[i]` are `operations[i]`. */
export interface Surface {
  readonly manifest: Omit<Manifest, "types"> & { readonly types: readonly SdkType[] };
  readonly operations: readonly Operation[];
  readonly areas: readonly Area[];
}

/** Joins areas. @throws when two types or two overloads collide: a mistake in the tables, never in a script. */
export function joinAreas(areas: readonly Area[]): Surface {
  const namespaces = areas.flatMap((area) => area.namespaces);
  const types = namespaces.flatMap((namespace) => namespace.types);
  const constants = namespaces.flatMap((namespace) => namespace.constants);
  const operations = namespaces.flatMap((namespace) => namespace.operations);
  refuseDuplicates(types.map((type) => type.name));
  knowTypes(types);
  refuseDuplicates(constants.map((constant) => `${constant.module}::${constant.name}`));
  refuseDuplicates(
    operations.map(
      ({ kind, module, name, parameters }) => `${kind} ${module ?? ""}::${name}(${parameters.join(", ")})`,
    ),
  );
  return { manifest: { types, constants, functions: operations }, operations, areas };
}

function refuseDuplicates(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Error(`declared twice: ${name}`);
    seen.add(name);
  }
}
