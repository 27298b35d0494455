import type { Candidate, CheckAnswer } from "../bundle/content/candidate.ts";
import { type Child, startSelf } from "../platform/child.ts";
import { LIMITS } from "../platform/limits.ts";
import type { Approval } from "../policy/access.ts";
import type { ExplainJob } from "../runner/explain-protocol.ts";
import {
  type ApprovalAnswer,
  type ApprovalQuestion,
  type CheckOrder,
  type Hint,
  type Job,
  Report,
  type RunEvent,
} from "../runner/protocol.ts";

/** The last that a runner reports of a job. */
export type FinalReport = Extract<Report, { type: "result" | "explained" }>;

/** How a run ended: with a result, or because its process did. */
export type Outcome = { readonly report: FinalReport /** Of the report. */; readonly bytes: number } | Death;

/** Why there is no answer. */
export interface Death {
  readonly died: string;
  /** The limit that was met, if one was. */
  readonly limit?: string;
  /** Nothing of it has happened: the process ended before it began. */
  readonly untouched?: boolean;
}

/** What is to be done about what a run reports. */
export interface RunWatcher {
  readonly onStart: () => void;
  readonly onEvents: (events: readonly RunEvent[]) => void;
  /** The run stands still until the answer is there. */
  readonly onQuestion: (question: ApprovalQuestion) => Promise<Approval>;
}

interface Task extends RunWatcher {
  readonly run: string;
  readonly end: (outcome: Outcome) => void;
  hasBegun: boolean;
}

/** What a runner process needs to know when it starts. */
export interface RunnerSetup {
  /** Path of the state directory. */
  readonly state: string;
  /** Name of the policy in it, unless it is the active one. */
  readonly policy?: string;
  /** The least level of what scripts log. */
  readonly logLevel: string;
  /** Bytes of the decision log, all of its files together. */
  readonly decisionLogBytes: number;
  /** The agent's own files, that no script changes: configuration, policy, socket. */
  readonly keep: readonly string[];
  /** Where the agent listens beside its socket. */
  readonly listen?: string;
}

/**
 * The compiler that pays only for what goes on for long begins later than the runtime would have it: a start takes a third less
 * of the processor's time, and scripts of a second are no slower (measured with Bun 1.4.5; JavaScriptCore counts calls and
 * turns of loops).
 */
const ENVIRONMENT = { BUN_JSC_thresholdForOMGOptimizeAfterWarmUp: "1000000" };

/** What takes longer is left to a process of its own, which has more time. */
const CHECK_MS = 5000;

/** What else may have sent a signal than somebody. */
const CAUSES: { readonly [signal: string]: string } = {
  SIGKILL: " (as the system does when it has no memory left)",
};

/** A process of our own that runs scripts, one at a time. */
export class RunnerProcess {
  /** The revision of the policy that it started with, or why it cannot run anything. */
  readonly started: Promise<{ readonly revision: string } | { readonly refused: string }>;
  readonly ended: Promise<void>;
  /** Runs that it has taken. */
  runs = 0;
  private readonly child: Child;
  private task: Task | undefined;
  private isAlive = true;
  private killed: Death | undefined;
  /** A bundle that it is to make ready after its run. */
  private upcoming: string | undefined;
  private onPrepared: () => void = () => undefined;
  private onChecked: (answer: CheckAnswer) => void = () => undefined;
  private onStarted: (state: { revision: string } | { refused: string }) => void = () => undefined;

  constructor({ state, policy, logLevel, decisionLogBytes, keep, listen }: RunnerSetup) {
    this.started = new Promise((resolve) => {
      this.onStarted = resolve;
    });
    this.child = startSelf({
      args: [
        ...["runner", "--state", state, "--log-level", logLevel, "--decision-bytes", `${decisionLogBytes}`],
        // By its own path, which an update may give to another file, a runner would not find it.
        ...["--executable", process.execPath],
        ...(policy === undefined ? [] : ["--policy", policy]),
        ...(listen === undefined ? [] : ["--listen", listen]),
        ...keep.map((path) => `--keep=${path}`),
      ],
      lineBytes: LIMITS.reportBytes,
      environment: ENVIRONMENT,
      onLine: (line) => this.take(line),
    });
    this.ended = this.child.ended.then(({ code, signal }) => {
      this.isAlive = false;
      this.onPrepared();
      const how = signal === null ? `with status ${code}` : `by ${signal}${CAUSES[signal] ?? ""}`;
      this.onStarted({ refused: `the runner process ended ${how} before it was ready` });
      const untouched = this.task?.hasBegun === false;
      this.finish(this.killed ?? { died: `the runner process ended ${how}`, untouched });
    });
  }

  /** Whether it can take a job. One that is being ended cannot, also where its run was over before that. */
  get alive(): boolean {
    return this.isAlive && this.killed === undefined;
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Runs `job`. It must be started, and must have no other. */
  run(job: Job | ExplainJob, watcher: RunWatcher): Promise<Outcome> {
    this.runs++;
    return new Promise((end) => {
      const { onStart, onEvents, onQuestion } = watcher;
      this.task = { run: job.run, onStart, onEvents, onQuestion, end, hasBegun: false };
      if (this.alive) this.child.send(JSON.stringify(job));
      else this.finish({ died: "the runner process has ended", untouched: true });
    });
  }

  /** Tells it that another policy is in force; it would see so by itself, but while a run waits for it. */
  heedPolicy(): void {
    this.upcoming = undefined;
    if (this.isAlive && this.task === undefined) this.hint({ type: "heed" });
  }

  /** Has it make a bundle ready that is about to be in force, after its run. Resolves when it has, or cannot. */
  prepare(sha256: string): Promise<void> {
    this.onPrepared();
    return new Promise((resolve) => {
      this.onPrepared = resolve;
      this.upcoming = sha256;
      if (!this.isAlive) resolve();
      else if (this.task === undefined) this.prepareUpcoming();
    });
  }

  /** Has it look at a bundle, the last that it does. `undefined` if it does not come to an answer in time. */
  check(candidate: Candidate): Promise<CheckAnswer | undefined> {
    return new Promise((resolve) => {
      this.onChecked = resolve;
      const late = setTimeout(() => this.kill({ died: "it looked at a bundle for too long" }), CHECK_MS);
      void this.ended.then(() => {
        clearTimeout(late);
        resolve(undefined);
      });
      this.child.boundMemory(LIMITS.bundleCheckBytes, () => undefined);
      this.child.send(JSON.stringify({ type: "check", candidate } satisfies CheckOrder));
    });
  }

  /** Lets it end when it has nothing to do. */
  close(): void {
    this.child.close();
  }

  /** Ends it now, with all that it started; `why` is what becomes of its run. */
  kill(why: Death): void {
    this.killed ??= why;
    this.child.killTree();
  }

  private prepareUpcoming(): void {
    if (this.upcoming !== undefined) this.hint({ type: "prepare", sha256: this.upcoming });
    this.upcoming = undefined;
  }

  private hint(hint: Hint): void {
    this.child.send(JSON.stringify(hint));
  }

  private take(line: string): void {
    const report = readReport(line);
    if (report === undefined) this.kill({ died: "the runner process said what is no report" });
    else if (report.type === "ready") this.onStarted({ revision: report.revision });
    else if (report.type === "refused") this.onStarted({ refused: report.message });
    else if (report.type === "prepared") this.onPrepared();
    else if (report.type === "checked") this.onChecked(report.answer);
    else if (report.run === this.task?.run) {
      if (report.type === "began") {
        this.task.hasBegun = true;
        this.task.onStart();
      } else if (report.type === "events") this.task.onEvents(report.events);
      else if (report.type === "approval") void this.answer(this.task.onQuestion(report.question));
      else this.finish({ report, bytes: line.length });
    }
  }

  private async answer(question: Promise<Approval>): Promise<void> {
    const answer: ApprovalAnswer = { approval: await question };
    if (this.isAlive) this.child.send(JSON.stringify(answer));
  }

  private finish(outcome: Outcome): void {
    const { task } = this;
    this.task = undefined;
    if (this.isAlive) this.prepareUpcoming();
    task?.end(outcome);
  }
}

/** `undefined` of what is no report: whoever says that is not to be trusted with anything. */
function readReport(line: string): Report | undefined {
  try {
    return Report.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
