import type { RunIdentity } from "../audit/record.ts";
import type { Approval } from "../policy/access.ts";
import type { Denial, RunEvent } from "../runner/protocol.ts";
import type { PendingApproval } from "./approvals.ts";

/** What becomes of a run, in this order; one of the last five is how it ends. */
export type RunStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "killed" | "lost";

/** Something that happened in a run, with its place in the order of all that did. */
export type NumberedEvent = { readonly id: number } & Unnumbered;
type Unnumbered =
  | RunEvent
  | { readonly type: "status"; readonly status: RunStatus }
  /** It waits for the answer of an administrator to `approval`, or has one. */
  | ({ readonly type: "approval"; readonly approval: string; readonly state: "asked" | Approval } & Pick<
      PendingApproval,
      "action" | "resource" | "reasons"
    >)
  /** Why a run that is over has no output, as in its result. */
  | { readonly type: "error"; readonly error: unknown }
  /** Of another that is over; `length` is that of the whole output, in characters. */
  | { readonly type: "output"; readonly output: string; readonly length: number }
  | { readonly type: "end" };

/** Bytes of the texts of events that are kept of one run; the oldest go first. */
const MAX_EVENT_BYTES = 256 * 1024;
/** Characters of the output that its event has; the run's result has it whole. */
const MAX_OUTPUT = 32_768;

/** What a run answered: the JSON result of `remit run`. */
export interface Result {
  readonly output: string;
  readonly status: string;
  readonly [field: string]: unknown;
}

/** A run that somebody asked the agent for. */
export class Run {
  status: RunStatus = "queued";
  result: Result | undefined;
  /** Of the result with all that it logged and published. */
  resultBytes = 0;
  denials: readonly Denial[] = [];
  /** What somebody has to approve before it goes on. */
  waitsFor: PendingApproval | undefined;
  moreDenials = 0;
  /** Of the policy that decided last, or was in force when it was asked for. */
  revision: string | undefined;
  readonly createdAt = new Date();
  startedAt: Date | undefined;
  endedAt: Date | undefined;
  /** Of its script, by a clock that nobody sets. */
  seconds: number | undefined;
  private began = 0;
  private events: NumberedEvent[] = [];
  private bytes = 0;
  private lastId = 0;
  private readonly listeners = new Set<(event: NumberedEvent) => void>();

  /**
   * @param owner Cedar uid of the principal that asked
   * @param traceId of the distributed trace that it is part of
   */
  constructor(
    readonly id: string,
    readonly owner: string,
    readonly dryRun: boolean,
    readonly traceId?: string,
  ) {}

  /** What all records of it say. */
  get identity(): RunIdentity {
    const { id: run, owner: principal, traceId } = this;
    return { run, principal, ...(traceId === undefined ? {} : { traceId }) };
  }

  get isOver(): boolean {
    return this.endedAt !== undefined;
  }

  /** Bytes that keeping it takes, about. */
  get size(): number {
    return this.bytes + this.resultBytes + 2048;
  }

  begin(): void {
    this.startedAt = new Date();
    this.began = performance.now();
    this.become("running");
  }

  end(status: RunStatus): void {
    this.endedAt = new Date();
    this.waitsFor = undefined;
    if (this.startedAt) this.seconds = (performance.now() - this.began) / 1000;
    if (this.result) this.addResult(this.result);
    this.become(status);
    this.add({ type: "end" });
  }

  waitFor(pending: PendingApproval | undefined): void {
    this.waitsFor = pending;
    if (pending) this.addApproval(pending, "asked");
  }

  waitNoMore(answer: Approval): void {
    const pending = this.waitsFor;
    this.waitsFor = undefined;
    // Of one that was ended meanwhile nothing is told any more.
    if (pending && !this.isOver) this.addApproval(pending, answer);
  }

  addAll(events: readonly RunEvent[]): void {
    for (const event of events) this.add(event);
  }

  /** Events after the one with number `after`, as far as they are kept. */
  eventsAfter(after: number): readonly NumberedEvent[] {
    return this.events.filter(({ id }) => id > after);
  }

  /** Calls `listener` for each event from now on, until the function returned is called. */
  listen(listener: (event: NumberedEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private addApproval({ id, action, resource, reasons }: PendingApproval, state: "asked" | Approval): void {
    this.add({ type: "approval", approval: id, state, action, resource, reasons });
  }

  private addResult({ output, error }: Result): void {
    if (error !== undefined) {
      this.add({ type: "error", error });
      return;
    }
    const { length } = output;
    const shown = length <= MAX_OUTPUT ? output : output.slice(0, MAX_OUTPUT).replace(/[\ud800-\udbff]$/, "");
    this.add({ type: "output", output: shown, length });
  }

  private become(status: RunStatus): void {
    this.status = status;
    this.add({ type: "status", status });
  }

  private add(event: Unnumbered): void {
    const numbered: NumberedEvent = { id: ++this.lastId, ...event };
    this.events.push(numbered);
    this.bytes += sizeOf(numbered);
    while (this.bytes > MAX_EVENT_BYTES && this.events.length > 1) {
      const [oldest] = this.events.splice(0, 1);
      if (oldest) this.bytes -= sizeOf(oldest);
    }
    for (const listener of this.listeners) listener(numbered);
  }
}

/** Bytes that keeping it takes, about. */
const sizeOf = (event: NumberedEvent): number => 128 + JSON.stringify(event).length;

/** Runs that are kept. */
export const MAX_RUNS = 1000;
const MAX_BYTES = 64 * 1024 * 1024;

/** The runs that can be asked about: all that go on, and the latest of those that are over. */
export class Runs {
  private readonly byId = new Map<string, Run>();
  /** Grows when a run comes to be, becomes something else or is denied something. */
  changes = 0;

  add(run: Run): void {
    this.byId.set(run.id, run);
    this.changes++;
    run.listen((event) => {
      const isDenial = event.type === "decision" && event.decision === "deny";
      if (event.type === "status" || isDenial) this.changes++;
    });
    this.forget();
  }

  get(id: string): Run | undefined {
    return this.byId.get(id);
  }

  /** The latest first. */
  all(): readonly Run[] {
    return [...this.byId.values()].reverse();
  }

  /** Lets the oldest go that are over, when there are too many or they take too much memory. */
  forget(): void {
    let bytes = 0;
    for (const run of this.byId.values()) bytes += run.size;
    for (const run of this.byId.values()) {
      if (this.byId.size <= MAX_RUNS && bytes <= MAX_BYTES) return;
      if (!run.isOver) continue;
      bytes -= run.size;
      this.byId.delete(run.id);
    }
  }
}
