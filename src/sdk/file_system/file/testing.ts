/** Operations on plain files for tests. */
import type { Value } from "rhai-wasm";
import { caller, type TestRun, testRun } from "../../testing.ts";
import { moveOptions } from "../directory/options.ts";
import { HANDLES } from "../handles.ts";
import { sizeNamespace } from "../size.ts";
import { readNamespaces } from "./read-operations.ts";
import { writeNamespaces } from "./write-operations.ts";

const handles = { types: Object.values(HANDLES), constants: [], operations: [] };
const call = caller([handles, sizeNamespace, moveOptions.namespace, ...readNamespaces, ...writeNamespaces]);

/** Calls `name` with everything allowed. */
export const perform = (name: string, ...args: Value[]): Value => call(testRun(), name, ...args);

/** Calls `name` in `run`. */
export const performIn = (run: TestRun, name: string, ...args: Value[]): Value => call(run, name, ...args);

/** The options that a script builds: `built("CopyFileOptions", { force: true })`. */
export function built(name: string, values: { readonly [option: string]: Value } = {}): Value {
  const builder = perform(name);
  for (const [option, value] of Object.entries(values)) perform(option, builder, value);
  return perform("build", builder);
}
