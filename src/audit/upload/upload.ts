import { join } from "node:path";
import type { Fd } from "../../platform/file.ts";
import { numbersOf } from "../../platform/lines-backwards.ts";
import { kernelName } from "../../platform/system.ts";
import { type Watch, watchFile } from "../../platform/watch.ts";
import { LOG_NAME } from "../decision-log.ts";
import type { UploadFailure } from "../errors.ts";
import { Centre, type CentreSettings } from "./centre.ts";
import { type Backlog, DecisionUpload } from "./decisions.ts";
import { Errand } from "./errand.ts";
import type { Origin } from "./event.ts";
import { instanceId } from "./instance.ts";
import { metricsText } from "./metrics.ts";
import { Status, type StatusPart } from "./status.ts";

export interface UploadSettings extends CentreSettings {
  /** Longest time between two looks at the log, in milliseconds; each is between half of it and all. */
  readonly intervalMs: number;
  /** Time between two statuses when nothing changes, in milliseconds; each is up to a fifth longer or shorter. */
  readonly heartbeatMs: number;
  readonly decisions: boolean;
  readonly status: boolean;
  readonly labels: { readonly [name: string]: string };
}

/** What an agent reports for. */
export interface Reporter {
  /** The state directory, and the same one open. */
  readonly state: string;
  readonly directory: Fd;
  readonly version: string;
  /** Is told what whoever looks after this machine should know. */
  readonly notice: (text: string) => void;
}

/** How reports fare, for whoever looks at this machine. */
export interface UploadStatus {
  readonly queued: number;
  readonly dropped_total: number;
  readonly last_success?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** After a loss of power many machines start at the same time: each waits up to so long before its first report. */
const FIRST_MS = 60_000;
const HEARTBEAT_SPREAD = 0.2;
/** Name of the bundle whose revision is told when none of the labels says the channel. */
const NO_CHANNEL = "policy";

/** Reports to the central team: the decision log, and how the agent is. */
export class Upload {
  private readonly centre: Centre;
  private readonly decisions: DecisionUpload;
  private readonly status: Status;
  private readonly logs: Errand;
  private readonly heartbeat: Errand;
  private readonly ending = new AbortController();
  private watch: Watch | undefined;
  private newestFile: number | undefined;

  constructor(
    private readonly settings: UploadSettings,
    private readonly reporter: Reporter,
  ) {
    const { directory, version } = reporter;
    const origin = originOf(settings, reporter);
    this.centre = new Centre(settings, version);
    this.decisions = new DecisionUpload(directory, origin, (body, signal) =>
      this.centre.send("logs", body, "gzip", signal),
    );
    this.status = new Status(directory, origin);
    this.logs = new Errand(
      () => this.sendLogs(),
      () => (settings.intervalMs * (1 + Math.random())) / 2,
      (failure) => this.turned("decision log", failure),
    );
    this.heartbeat = new Errand(
      () => this.sendStatus(),
      () => settings.heartbeatMs * (1 + HEARTBEAT_SPREAD * (2 * Math.random() - 1)),
      (failure) => this.turned("status", failure),
    );
  }

  begin(): void {
    const { intervalMs, heartbeatMs, decisions, status } = this.settings;
    if (decisions) {
      this.logs.begin(Math.random() * Math.min(intervalMs, FIRST_MS));
      this.newestFile = this.newest();
      // Written to when a file of the log is full; long before all are.
      this.watch = watchFile(join(this.reporter.state, `${LOG_NAME}.lock`), () => this.heed());
    }
    if (status) this.heartbeat.begin(Math.random() * Math.min(heartbeatMs, FIRST_MS));
  }

  /** What somebody else has to say in the status, from now on. It is sent at once when it is news. */
  report(part: StatusPart): void {
    if (this.status.update(part) && this.settings.status) this.heartbeat.hasten();
  }

  current(): UploadStatus {
    const { queued, droppedTotal } = this.backlog();
    const { acceptedAt } = this.centre;
    const failure = this.logs.failure ?? this.heartbeat.failure;
    return {
      queued,
      dropped_total: droppedTotal,
      ...(acceptedAt && { last_success: acceptedAt.toISOString() }),
      ...(failure && { error: { code: failure.code, message: failure.message } }),
    };
  }

  /** For Prometheus. */
  metricsText(): string {
    return metricsText(this.centre.outcomes, this.decisions.cursor.dropped);
  }

  /** Sends what is left, and returns when that is done, or `withinMs` have passed. */
  async stop(withinMs: number): Promise<void> {
    this.watch?.end();
    if (withinMs <= 0) this.stopNow();
    const late = setTimeout(() => this.stopNow(), withinMs);
    if (this.settings.decisions) await this.logs.finish();
    if (this.settings.status) await this.heartbeat.finish();
    clearTimeout(late);
  }

  stopNow(): void {
    this.ending.abort();
  }

  private async sendLogs(): Promise<UploadFailure | undefined> {
    const { breaks } = this.decisions.cursor;
    const failure = await this.decisions.drain(this.ending.signal);
    const { breaks: broken, last } = this.decisions.cursor;
    if (broken > breaks) {
      this.reporter.notice(`the chain of the decision log is broken before record ${last?.seq}`);
    }
    return failure;
  }

  private async sendStatus(): Promise<UploadFailure | undefined> {
    if (this.ending.signal.aborted) return undefined;
    const event = this.status.event(this.backlog(), this.logs.failure);
    return this.centre.send("status", event, undefined, this.ending.signal);
  }

  private backlog(): Backlog {
    return this.settings.decisions ? this.decisions.backlog() : NO_BACKLOG;
  }

  private turned(what: string, failure: UploadFailure | undefined): void {
    if (this.ending.signal.aborted) return;
    const said = failure === undefined ? "gets through again" : `does not get through: ${failure.message}`;
    this.reporter.notice(`the ${what} for the central team ${said}`);
    if (what !== "status" && this.settings.status) this.heartbeat.hasten();
  }

  private heed(): void {
    const newest = this.newest();
    if (newest !== this.newestFile) this.logs.hasten();
    this.newestFile = newest;
  }

  private newest(): number | undefined {
    return numbersOf(this.reporter.directory, LOG_NAME)[0];
  }
}

const NO_BACKLOG: Backlog = { queued: 0, droppedTotal: 0, oldestAgeS: 0 };

function originOf({ labels }: UploadSettings, { directory, version }: Reporter): Origin {
  const hostname = kernelName().node;
  const id = labels["id"] ?? instanceId(directory);
  return { labels: { id, version, hostname, ...labels }, bundle: labels["channel"] ?? NO_CHANNEL };
}
