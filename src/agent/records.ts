import { DecisionLog } from "../audit/decision-log.ts";
import { AuditError } from "../audit/errors.ts";
import type { AdministrativeEntry, Entry } from "../audit/record.ts";
import type { Fd } from "../platform/file.ts";
import type { Principal } from "../policy/types.ts";
import { uidText } from "../policy/uid-text.ts";
import { AgentError } from "./errors.ts";

/** What the agent itself writes to the decision log. */
export class Records {
  private log: DecisionLog;

  /**
   * @param directory the state directory, open
   * @param onFailure told of each record that was not written
   */
  constructor(
    private readonly directory: Fd,
    maxBytes: number,
    private readonly onFailure: () => void,
  ) {
    this.log = new DecisionLog(directory, maxBytes);
  }

  /** Returns when it is written. @throws {AgentError} `audit_unavailable`: then nothing may follow */
  write(entry: Entry): void {
    try {
      // What somebody did to the agent must outlast a loss of power.
      if (entry.kind === "admin") this.log.writeDurably(entry);
      else this.log.write(entry);
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      this.onFailure();
      throw new AgentError("audit_unavailable", error.message, { cause: error });
    }
  }

  /** What follows is refused by itself, or has happened already: nobody is stopped by it. */
  writeIfPossible(entry: Entry): void {
    try {
      this.write(entry);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
    }
  }

  /** Something that `principal` does to the agent. @throws {AgentError} `audit_unavailable` */
  act(principal: Principal, act: string, details?: AdministrativeEntry["details"]): void {
    this.write({ kind: "admin", principal: uidText(principal), act, ...(details ? { details } : {}) });
  }

  isWritable(): boolean {
    return this.log.isWritable();
  }

  /** From now on the log keeps to so many bytes. */
  configure(maxBytes: number): void {
    this.log.close();
    this.log = new DecisionLog(this.directory, maxBytes);
  }

  close(): void {
    this.log.close();
  }
}
