/** Version of the format; a reader refuses others. */
const VERSION = 1;

/** Something that the log remembers. Times, sequence and chain are added when it is written. */
export type Entry = DecisionEntry | RunEntry | ApprovalEntry | AdministrativeEntry;

/** What is said of everything that belongs to a run. */
export interface RunIdentity {
  readonly run: string;
  /** Cedar uid of who asked for the run. */
  readonly principal: string;
  /** The distributed trace that the run is part of (W3C Trace Context). */
  readonly traceId?: string;
}

/** The policy was asked. Written before the effect. */
export interface DecisionEntry extends RunIdentity {
  readonly kind: "decision";
  /** As in Cedar: `file_system::Action::"open"`. */
  readonly action: string;
  /** Type and id of the resource, the id masked. */
  readonly resource: { readonly type: string; readonly id: string };
  readonly decision: "allow" | "deny";
  /** Policies that determined it; empty where nothing permits. */
  readonly policies: readonly string[];
  /** How many there are beside these. */
  readonly morePolicies?: number;
  /** Policies that could not be evaluated, or why the check could not be made. */
  readonly errors?: readonly string[];
  /** Nothing follows from an allow that would have an effect. */
  readonly dryRun?: true;
  readonly revision: string;
}

/** A run began or ended. */
export interface RunEntry extends RunIdentity {
  readonly kind: "run";
  readonly event: "started" | "ended";
  /** Of the request that began it, by its X-Request-Id. */
  readonly requestId?: string;
  /** The caller's own part of the trace. */
  readonly parentId?: string;
  /** SHA-256 of the script, in hex. */
  readonly script?: string;
  /** Of an approved script, instead; the bundle of that revision has its text. */
  readonly name?: string;
  /** How it ended: the status of the result, or the code of what stopped it. */
  readonly outcome?: string;
  readonly revision?: string;
}

/**
 * A run came to something that somebody has to approve, or waits for the answer no more: its time was up, or the run ended.
 * What an administrator answers is an act.
 */
export interface ApprovalEntry extends RunIdentity {
  readonly kind: "approval";
  readonly event: "asked" | "timed_out" | "run_ended";
  /** As in the act that answers it. */
  readonly id: string;
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
}

/** What somebody did to the agent: kill, resume, a token, another policy, an approval. */
export interface AdministrativeEntry {
  readonly kind: "admin";
  readonly principal: string;
  readonly act: string;
  readonly details?: { readonly [name: string]: string | number | boolean };
}

/** A line of the log. */
export type LogRecord = Entry & {
  readonly v: typeof VERSION;
  /** Counts from 1 over all files. */
  readonly seq: number;
  /** UTC, with milliseconds. */
  readonly time: string;
  /** SHA-256 of the line before it, without its end, in hex; zeros for the first. */
  readonly prev: string;
};

/** `prev` of the first record. */
export const BEGINNING = "0".repeat(64);

/** The line of `entry` after a record of that sequence and hash. */
export function encode(entry: Entry, seq: number, prev: string, time: Date): Uint8Array {
  const record: LogRecord = { v: VERSION, seq, time: time.toISOString(), prev, ...entry };
  return Buffer.from(JSON.stringify(record));
}

/** Sequence of a line that this program wrote. */
export function sequenceOf(line: Uint8Array): number {
  const { seq, v } = JSON.parse(Buffer.from(line).toString()) as Partial<LogRecord>;
  if (v !== VERSION || !Number.isSafeInteger(seq)) throw new SyntaxError("no record of this log");
  return seq as number;
}
