import { Callback, CallbackFailure, type FunctionPointer, type Value } from "rhai-wasm";
import { compileGlob, compileRegex, RegexError } from "rhai-wasm/regex.ts";
import type { FileStatus } from "../../../platform/file.ts";
import type { DateTime } from "../../common/date-time.ts";
import type { Call } from "../../operation.ts";
import type { DirEntry } from "../entry/entry.ts";
import type { DirHandle } from "../handles.ts";
import { ioError } from "../os-errors.ts";
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
  const glob = globTest(name, false);
  const options = maxDepth === undefined ? {} : { maxDepth: depthOf(maxDepth) };
  for (const step of walk(call, root, options)) {
    if (step.kind !== "entry") continue;
    if (glob(step.entry.name)) found.push({ name: step.entry.name });
    step.entry.release();
  }
  return found;
}

function* matching(call: Call, root: DirHandle, options: Options): Generator<DirEntry, void> {
  const named = nameTest(options);
  const known = statusTest(options);
  const range: WalkOptions = {
    minDepth: depthOf(options.min_depth),
    maxDepth: depthOf(options.max_depth),
    followSymlinks: options.follow_symlinks,
  };
  for (const step of walk(call, root, range)) {
    if (step.kind !== "entry") continue;
    const { entry } = step;
    let matches: boolean;
    try {
      matches = named(entry) && (known === undefined || known(entry.status(call)));
    } catch (error) {
      entry.release();
      throw error;
    }
    if (matches) yield entry;
    else entry.release();
  }
}

function depthOf(depth: bigint): number {
  if (depth < 0n) throw ioError("TryFromIntError", "out of range integral type conversion attempted");
  return Number(depth);
}

function nameTest({ name, iname, regex, negate_name }: Options): (entry: DirEntry) => boolean {
  const pattern = name ?? iname;
  if (pattern !== undefined) {
    const glob = globTest(pattern, name === undefined);
    return (entry) => glob(entry.name) !== negate_name;
  }
  if (regex === undefined) return () => true;
  const invalid = (reason: string) => `Invalid regex pattern: '${regex}' - ${reason}`;
  const compiled = asValidation(invalid, () => compileRegex(regex));
  return (entry) => asValidation(invalid, () => compiled.isMatch(entry.path));
}

function globTest(pattern: string, caseInsensitive: boolean): (name: string) => boolean {
  const invalid = (reason: string) => `Invalid glob pattern: - ${reason}`;
  const glob = asValidation(invalid, () => compileGlob(pattern, { caseInsensitive }));
  return (name) => asValidation(invalid, () => glob.isMatch(name));
}

function asValidation<T>(text: (reason: string) => string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw ioError("ValidationError", `Validation error: ${text(error.message)}`);
  }
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
