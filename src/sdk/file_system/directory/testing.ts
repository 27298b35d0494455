/** What tests of directories and entries share: a directory of their own, handles, and calls as a script makes them. */
import type { Value } from "rhai-wasm";
import type { AuthorizationRequest } from "../../../policy/types.ts";
import { DATE_TIME } from "../../common/date-time.ts";
import { type Closure, caller, messageOf, type TestRun, testRun, thrownBy } from "../../testing.ts";
import { entryNamespaces } from "../entry/index.ts";
import { DirHandle, HANDLES } from "../handles.ts";
import { openDir } from "../open.ts";
import { sizeNamespace } from "../size.ts";
import { directoryNamespaces } from "./index.ts";

export { allBut, asked, denied, only, scratch } from "../helpers/testing.ts";

type Allows = (request: AuthorizationRequest) => boolean;

const namespaces = [
  { types: [...Object.values(HANDLES), DATE_TIME], constants: [], operations: [] },
  sizeNamespace,
  ...directoryNamespaces,
  ...entryNamespaces,
];

/** Calls an operation in the given run. */
export const under: (run: TestRun, name: string, ...args: (Value | Closure)[]) => Value = caller(namespaces);

/** Calls an operation in a run that may do anything. */
export const run = (name: string, ...args: (Value | Closure)[]): Value => under(testRun(), name, ...args);

/** What a call that must fail says to the script. */
export const failure = (name: string, ...args: (Value | Closure)[]): string =>
  messageOf(() => run(name, ...args));

/** Kind of the error of a call that must fail. */
export function kindOf(name: string, ...args: (Value | Closure)[]): string {
  const error = thrownBy(() => run(name, ...args));
  const kind = error instanceof Map ? error.get("kind") : undefined;
  if (!(kind && typeof kind === "object" && "name" in kind)) throw new Error("no error of the SDK");
  return String(kind.name);
}

/** What a call says that the policy must refuse. */
export const denial = (allows: Allows, name: string, ...args: (Value | Closure)[]): string =>
  messageOf(() => under(testRun(allows), name, ...args));

/** Built options: `built("FindOptions", { name: "*" })`. */
export function built(name: string, values: Readonly<Record<string, Value>> = {}): Value {
  let builder = run(name);
  for (const [setter, value] of Object.entries(values)) builder = run(setter, builder, value);
  return run("build", builder);
}

/** The directory at `path`, open. No permission of a test is needed for it. */
export function directoryAt(path: string): DirHandle {
  const everything = testRun();
  return openDir({ run: everything, access: everything.access, line: 1, warn: () => {} }, path, {});
}

/** What a test expects an operation to return. */
export function expectDirectory(value: Value): DirHandle {
  if (!(value instanceof DirHandle)) throw new Error("no directory");
  return value;
}

/** The entry `name` of the directory at `path`. */
export function entryAt(path: string, name: string): Value {
  const entries = run("list_entries", directoryAt(path));
  const entry = entries instanceof Map ? entries.get(name) : undefined;
  if (entry === undefined) throw new Error(`no entry ${name}`);
  return entry;
}

/** Names that the run was warned of, in order. */
export const warnings = ({ logs }: TestRun): string[] => logs.map(({ message }) => message);
