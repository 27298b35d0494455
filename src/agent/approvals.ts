import { randomBytes } from "node:crypto";
import type { ApprovalEntry, RunIdentity } from "../audit/record.ts";
import type { Approval } from "../policy/access.ts";
import type { ApprovalQuestion } from "../runner/protocol.ts";
import type { Records } from "./records.ts";

/** Something that waits for somebody's approval. */
export interface PendingApproval extends ApprovalQuestion {
  readonly id: string;
  readonly run: string;
  /** Cedar uid of the principal that wants it. */
  readonly principal: string;
  readonly askedAt: Date;
  readonly expiresAt: Date;
}

interface Entry {
  readonly pending: PendingApproval;
  readonly record: Omit<ApprovalEntry, "event">;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly answer: (answer: Approval) => void;
}

/** What runs wait for: each is answered once, or its time is up. */
export class Approvals {
  private readonly entries = new Map<string, Entry>();
  /** Grows when something begins to wait, or waits no more. */
  changes = 0;

  /** @param timeMs how long one waits; those that wait already keep theirs */
  constructor(
    public timeMs: number,
    private readonly records: Pick<Records, "write" | "writeIfPossible">,
  ) {}

  /** The oldest first. */
  all(): readonly PendingApproval[] {
    return [...this.entries.values()].map(({ pending }) => pending);
  }

  /** What the run waits for; it stands still meanwhile. */
  of(run: string): PendingApproval | undefined {
    return this.all().find((pending) => pending.run === run);
  }

  /** @throws {AgentError} `audit_unavailable`: of what cannot be recorded nobody is asked */
  ask(identity: RunIdentity, question: ApprovalQuestion): Promise<Approval> {
    const id = `approval_${randomBytes(12).toString("hex")}`;
    const { action, resource } = question;
    const record = { kind: "approval", ...identity, id, action, resource } as const;
    this.records.write({ ...record, event: "asked" });
    const askedAt = new Date();
    const expiresAt = new Date(askedAt.getTime() + this.timeMs);
    const { run, principal } = identity;
    const pending = { ...question, id, run, principal, askedAt, expiresAt };
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.drop(id, "timed_out"), this.timeMs);
      this.entries.set(id, { pending, record, timer, answer: resolve });
      this.changes++;
    });
  }

  /** Answers what waits under `id`; false if nothing does. */
  settle(id: string, answer: Approval): boolean {
    const entry = this.entries.get(id);
    if (entry === undefined) return false;
    this.entries.delete(id);
    this.changes++;
    clearTimeout(entry.timer);
    entry.answer(answer);
    return true;
  }

  /** A run that is over waits for nothing. */
  forget(run: string): void {
    for (const [id, { pending }] of this.entries) if (pending.run === run) this.drop(id, "run_ended");
  }

  /** Nobody has answered: no record of an administrator's must say that somebody did. */
  private drop(id: string, event: "timed_out" | "run_ended"): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    this.records.writeIfPossible({ ...entry.record, event });
    this.settle(id, "timed_out");
  }
}
