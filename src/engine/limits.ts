/** Bounds of one run. A run that meets one ends with a {@link Failure} of kind `limit` that names it. */
export interface RunLimits {
  /** Rhai operations; 0 for no bound. */
  readonly operations: number;
  /** Script functions in one another. */
  readonly callDepth: number;
  /** Bytes of one string or blob, counted as its buffer grows. */
  readonly stringBytes: number;
  /** Elements of one array, counted as its buffer grows (in powers of two). */
  readonly arrayItems: number;
  /** Entries of all maps together, counted by their nodes: within a factor of two. */
  readonly mapItems: number;
  /** Modules that can be imported. */
  readonly modules: number;
  /** Bytes of the script's text. */
  readonly scriptBytes: number;
  /** Host objects that a script can hold at a time. */
  readonly objects: number;
  /** Wall time in milliseconds. */
  readonly timeMs: number;
}

/** By Rhai's name of the error, the limit that was met. */
export const LIMIT_OF_ERROR: { readonly [error: string]: string } = {
  ErrorTooManyOperations: "operations",
  ErrorStackOverflow: "callDepth",
  ErrorTooManyModules: "modules",
};

/** What `progress` answers to end a run, and the error's token in Rhai. */
export const STOP = { time: 1, cancelled: 2, host: 3, objects: 4 } as const;

/** By the token with which a run ended, the limit that was met; those from 16 on are of `memory.rs`. */
export const LIMIT_OF_STOP: { readonly [token: number]: readonly [limit: string, message: string] } = {
  [STOP.time]: ["timeMs", "the script ran longer than it may"],
  [STOP.objects]: ["objects", "the script holds more handles than it may"],
  16: ["stringBytes", "a string or blob of the script is larger than it may be"],
  17: ["arrayItems", "an array of the script has more elements than it may"],
  18: ["mapItems", "the script's maps have more entries than they may"],
  19: ["memoryBytes", "the script needs more memory than it may use"],
};
