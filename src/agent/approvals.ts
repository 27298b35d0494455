import { randomBytes } from "node:crypto";
import type { Approval } from "../policy/access.ts";
import type { ApprovalQuestion } from "../runner/protocol.ts";

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
  readonly timer: ReturnType<typeof setTimeout>;
  readonly answer: (answer: Approval) => void;
}

/** What runs wait for: each is answered once, or its time is up. */
export class Approvals {
  private readonly entries = new Map<string, Entry>();

  /** @param timeMs how long one waits; those that wait already keep theirs */
  constructor(public timeMs: number) {}

  /** The oldest first. */
  all(): readonly PendingApproval[] {
    return [...this.entries.values()].map(({ pending }) => pending);
  }

  ask(run: string, principal: string, question: ApprovalQuestion): Promise<Approval> {
    const id = `approval_${randomBytes(12).toString("hex")}`;
    const askedAt = new Date();
    const expiresAt = new Date(askedAt.getTime() + this.timeMs);
    const pending = { ...question, id, run, principal, askedAt, expiresAt };
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.settle(id, "timed_out"), this.timeMs);
      this.entries.set(id, { pending, timer, answer: resolve });
    });
  }

  /** What waits under `id`, which is answered now; `undefined` if nothing does. */
  settle(id: string, answer: Approval): PendingApproval | undefined {
    const entry = this.entries.get(id);
    if (entry === undefined) return undefined;
    this.entries.delete(id);
    clearTimeout(entry.timer);
    entry.answer(answer);
    return entry.pending;
  }

  /** A run that is over waits for nothing. */
  forget(run: string): void {
    for (const [id, { pending }] of this.entries) if (pending.run === run) this.settle(id, "denied");
  }
}
