import { Callback, CallbackFailure, type FunctionPointer, type Value } from "rhai-wasm";
import type { FileStatus } from "../../../platform/file.ts";
import type { DateTime } from "../../common/date-time.ts";
import { OUT_OF_RANGE } from "../../conversion.ts";
import type { Call } from "../../operation.ts";
import type { DirEntry } from "../entry/entry.ts";
import type { DirHandle } from "../handles.ts";
import { ioError } from "../os-errors.ts";
import { scriptGlob, scriptRegex } from "../patterns.ts";
import type { findOptions, ValuesOf } from "./options.ts";
import { type WalkOptions, walk } from "./walk.ts";

type Options = ValuesOf<typeof findOptions>;

/** Calls the script's closure with each entry below `root` that matches, which is then the script's. */
export function* find(
  call: Call,
  root: DirHandle,
  options: Options,
  closure: FunctionPointer,
): Generator<Callback, Value, Value> {
  for (const entry of matching(call, root, options)) {
    try {
      yield new Callback(closure, [entry]);
    } catch (error) {
      if (!(error instanceof CallbackFailure)) throw error;
      throw ioError("CallbackError", `Rhai callback execution failed: ${error.message}`);
    }
  }
  return null;
}

/** Names of the entries below `root` that match the glob `name`. */
export function findEntries(
  call: Call,
  root: DirHandle,
  { name, maxDepth }: { readonly name: string; readonly maxDepth?: bigint },
): { readonly name: string }[] {
  const found: { readonly name: string }[] = [];
  const glob = scriptGlob(name);
  const named = (text: string) => glob.isMatch(text);
  const depth = maxDepth === undefined ? {} : { maxDepth: depthOf(maxDepth) };
  for (const step of walk(call, root, { ...depth, named })) {
    if (step.kind !== "entry") continue;
    found.push({ name: step.entry.name });
    step.entry.release();
  }
  return found;
}

function* matching(call: Call, root: DirHandle, options: Options): Generator<DirEntry, void> {
  const matches = pathTest(options);
  const known = statusTest(options);
  const range: WalkOptions = {
    ...nameTest(options),
    minDepth: depthOf(options.min_depth),
    maxDepth: depthOf(options.max_depth),
    followSymlinks: options.follow_symlinks,
  };
  for (const step of walk(call, root, range)) {
    if (step.kind !== "entry") continue;
    const { entry } = step;
    let found: boolean;
    try {
      found = matches(entry) && (known === undefined || known(entry.status(call)));
    } catch (error) {
      entry.release();
      throw error;
    }
    if (found) yield entry;
    else entry.release();
  }
}

function depthOf(depth: bigint): number {
  if (depth < 0n) throw ioError("TryFromIntError", OUT_OF_RANGE);
  return Number(depth);
}

/** What the walk is to know of names. */
function nameTest({ name, iname, negate_name }: Options): Pick<WalkOptions, "named"> {
  const pattern = name ?? iname;
  if (pattern === undefined) return {};
  const glob = scriptGlob(pattern, { caseInsensitive: name === undefined });
  return { named: (text) => glob.isMatch(text) !== negate_name };
}

/** A test of paths, where no name is asked for. */
function pathTest({ name, iname, regex }: Options): (entry: DirEntry) => boolean {
  if (regex === undefined || (name ?? iname) !== undefined) return () => true;
  const compiled = scriptRegex(regex);
  return (entry) => compiled.isMatch(entry.path);
}

/** A test of size and times; `undefined` where neither is asked for, so that nothing has to be opened. */
function statusTest(options: Options): ((status: FileStatus) => boolean) | undefined {
  const { size_range: size } = options;
  const created = timeTest(options.min_creation_time, options.max_creation_time);
  const modified = timeTest(options.min_modification_time, options.max_modification_time);
  if (!(size || created || modified)) return undefined;
  return (status) =>
    (size?.includes(BigInt(status.size)) ?? true) &&
    (created?.(status.ctimeSec) ?? true) &&
    (modified?.(status.mtimeSec) ?? true);
}

/** A test of whole seconds, which lie before a point in time within the same second. */
function timeTest(min: DateTime | undefined, max: DateTime | undefined) {
  if (!(min || max)) return undefined;
  const from = min && { seconds: min.seconds, later: min.nanos > 0 };
  const to = max?.seconds;
  return (time: number): boolean => {
    const seconds = BigInt(time);
    if (from && (seconds < from.seconds || (seconds === from.seconds && from.later))) return false;
    return to === undefined || seconds <= to;
  };
}
