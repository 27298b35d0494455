import { uptime } from "node:os";
import { bootId } from "../../platform/boot.ts";
import { close, type Fd, replaceContent } from "../../platform/file.ts";
import { OsError } from "../../platform/os-error.ts";
import type { UploadFailure } from "../errors.ts";
import type { Backlog } from "./decisions.ts";
import type { Origin } from "./event.ts";

const NAME = "status.json";
const MODE = 0o600;

/** What others have to say in the status. */
export interface StatusPart {
  /** Members of the status, such as `bundles`. */
  readonly members: { readonly [name: string]: unknown };
  /** Differs from the one before when something is new that the central team should know at once. */
  readonly news: string;
}

/** The state of the agent, as the central team gets it: what it is now, not what it was. */
export class Status {
  private part: StatusPart = { members: {}, news: "" };
  private seq = 0;
  private readonly boot = bootId();

  constructor(
    private readonly directory: Fd,
    private readonly origin: Origin,
  ) {}

  /** Takes in what is so now. Whether it is news; then it is on the disk, too. */
  update(part: StatusPart): boolean {
    const isNews = part.news !== this.part.news;
    this.part = part;
    if (isNews) this.write();
    return isNews;
  }

  /** The next event. */
  event({ queued, droppedTotal, oldestAgeS }: Backlog, failure: UploadFailure | undefined): Uint8Array {
    const event = {
      labels: this.origin.labels,
      seq: ++this.seq,
      ...(this.boot === undefined ? {} : { boot_id: this.boot }),
      uptime_s: Math.floor(uptime()),
      ...this.part.members,
      logs: { queued, dropped_total: droppedTotal, oldest_age_s: oldestAgeS },
      // As OPA tells that its decision logs do not get through.
      ...(failure && {
        decision_logs: { code: failure.code, message: failure.message, http_code: failure.httpCode },
      }),
    };
    return Buffer.from(JSON.stringify(event));
  }

  private write(): void {
    const text = JSON.stringify({ labels: this.origin.labels, ...this.part.members });
    try {
      close(replaceContent(this.directory, NAME, Buffer.from(`${text}\n`), { mode: MODE }));
    } catch (error) {
      // It is told all the same.
      if (!(error instanceof OsError)) throw error;
    }
  }
}
