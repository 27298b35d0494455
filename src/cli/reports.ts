import type { StatusPart } from "../audit/upload/status.ts";
import type { Reporter, Upload } from "../audit/upload/upload.ts";
import type { Settings } from "../configuration/index.ts";

type Asked = Settings["upload"];

/** The reports to the central team, as far as the configuration asks for them. */
export class Reports {
  /** Absent when none are asked for. */
  current: Upload | undefined;
  private asked: string | undefined;
  private part: StatusPart | undefined;

  constructor(private readonly reporter: Reporter) {}

  /** Makes them as is asked for now; what is not asked for is not even loaded. */
  async follow(asked: Asked): Promise<void> {
    const text = asked && JSON.stringify(asked);
    if (text === this.asked) return;
    this.asked = text;
    await this.current?.stop(0);
    this.current = undefined;
    if (asked === undefined) return;
    try {
      const { Upload } = await import("../audit/upload/upload.ts");
      this.current = new Upload(settingsOf(asked), this.reporter);
      if (this.part) this.current.report(this.part);
      this.current.begin();
    } catch (error) {
      // An agent without reports is better than none.
      const why = error instanceof Error ? error.message : String(error);
      this.reporter.notice(`nothing is reported to the central team: ${why}`);
    }
  }

  /** What somebody has to say in the status from now on, whether or not it is asked for. */
  report(part: StatusPart): void {
    this.part = part;
    this.current?.report(part);
  }

  /** Sends what is left, for at most `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    await this.current?.stop(withinMs);
  }

  stopNow(): void {
    this.current?.stopNow();
  }
}

const SECOND_MS = 1000;

function settingsOf(asked: NonNullable<Asked>): ConstructorParameters<typeof Upload>[0] {
  const { url, token_file, ca_file, proxy, decisions, status, interval_s, heartbeat_s, labels } = asked;
  return {
    ...{ url, tokenFile: token_file, caFile: ca_file, proxy, decisions, status, labels },
    intervalMs: interval_s * SECOND_MS,
    heartbeatMs: heartbeat_s * SECOND_MS,
  };
}
