import type { Candidate, CheckAnswer } from "../bundle/content/candidate.ts";
import { LIMITS } from "../platform/limits.ts";
import { settledWithin } from "../platform/settled-within.ts";
import type { ExplainJob } from "../runner/explain-protocol.ts";
import type { Job } from "../runner/protocol.ts";
import { AgentError } from "./errors.ts";
import {
  type Death,
  type Outcome,
  RunnerProcess,
  type RunnerSetup,
  type RunWatcher,
} from "./runner-process.ts";

export interface PoolOptions extends RunnerSetup {
  /** Runner processes that wait for a job. */
  readonly warm: number;
  /** Runner processes in all, and so runs at the same time. */
  readonly concurrency: number;
  /** Jobs that wait for a runner. */
  readonly queue: number;
}

/** A run that was asked for. */
export interface Ticket extends RunWatcher {
  readonly job: Job | ExplainJob;
}

interface Waiting {
  readonly ticket: Ticket;
  readonly end: (outcome: Outcome) => void;
  tries: number;
}

const REPLACE_MS = 100;
/** While no job has begun for so long, the next one may have to wait for a runner to start. */
const QUIET_MS = 2000;
/** What is not ready by then is made so by the first run that needs it. */
const PREPARE_MS = 250;
/**
 * While others run, a job waits for so long before a further runner is started for it, which takes longer than most runs
 * and takes the processor from them.
 */
const FURTHER_MS = 25;
/** Runners that may end before they begin with a job, before it is given up. */
const MAX_TRIES = 3;
const OVERSTAYED: Death = { died: "it did not end within its time", limit: "timeMs" };
/** Runs that a process takes before another one is started to take its place: what grew in it goes with it. */
const MAX_RUNS = 5000;

/** The runner processes: some wait for jobs, no more than some run at the same time, and the other jobs queue. */
export class Pool {
  private readonly idle: RunnerProcess[] = [];
  private readonly busy = new Map<string, RunnerProcess>();
  private readonly queue: Waiting[] = [];
  private starting = 0;
  private closing = false;
  private renewing = false;
  /** Looks at a bundle. */
  private checking: RunnerProcess | undefined;
  /** Used up, and another one is there in their place. */
  private readonly replaced = new WeakSet<RunnerProcess>();
  /** When the last job began. */
  private beganAt = Number.NEGATIVE_INFINITY;
  private further: ReturnType<typeof setTimeout> | undefined;

  constructor(private options: PoolOptions) {}

  get running(): number {
    return this.busy.size;
  }

  private get all(): readonly RunnerProcess[] {
    return [...this.idle, ...this.busy.values()];
  }

  get queued(): number {
    return this.queue.length;
  }

  /**
   * Starts the runners that are to wait.
   * @param policy name of the policy with which the first one starts, unless it is the active one
   * @throws {AgentError} `policy_refused` when they cannot run under the policy
   */
  async warmUp(policy?: string): Promise<void> {
    this.release(await this.start(policy));
  }

  /** From now on these hold; for runs that go on, what they began with. */
  configure(options: PoolOptions): void {
    this.options = options;
    this.refresh();
    this.next();
  }

  /** Another policy is in force, and these hold, of which runners know nothing: they stay. */
  heedPolicy(options: PoolOptions): void {
    this.options = options;
    for (const runner of this.idle.splice(options.warm)) runner.close();
    for (const runner of this.all) runner.heedPolicy();
    this.keepWarm();
    this.next();
  }

  /**
   * Has a runner that waits look at a bundle, and lets it go: it has loaded what a new process would have to load first.
   * `undefined` where there is none, or somebody may need it soon, or it came to no answer.
   */
  async check(candidate: Candidate): Promise<CheckAnswer | undefined> {
    const isQuiet = this.busy.size === 0 && performance.now() - this.beganAt > QUIET_MS;
    const runner = isQuiet ? this.takeIdle() : undefined;
    if (runner === undefined) return undefined;
    this.checking = runner;
    const answer = await runner.check(candidate);
    this.checking = undefined;
    runner.close();
    // Another one takes its place when the bundle is in force, or else soon.
    setTimeout(() => this.keepWarm(), REPLACE_MS);
    return answer;
  }

  /** Has runners make a bundle ready that is about to be in force; jobs go first. */
  async prepare(sha256: string): Promise<void> {
    const prepared = Promise.all(this.all.map((runner) => runner.prepare(sha256)));
    await settledWithin(prepared, PREPARE_MS);
  }

  /** Whether a further script can wait, or a further question: neither takes the other's place. */
  hasPlace(what: "script" | "question"): boolean {
    const question = what === "question";
    const waiting = this.queue.filter(({ ticket }) => isQuestion(ticket) === question).length;
    return waiting < this.options.queue || this.hasRoom(question);
  }

  /** Runs the job as soon as a runner is free. Scripts may take long: questions go before them. */
  run(ticket: Ticket): Promise<Outcome> {
    return new Promise((end) => {
      const waiting = { ticket, end, tries: 0 };
      if (isQuestion(ticket)) this.queue.unshift(waiting);
      else this.queue.push(waiting);
      this.next();
    });
  }

  /** Ends a run: one that waits never starts, of one that runs the process ends. False if it is neither. */
  cancel(run: string, why = "it was cancelled"): boolean {
    const index = this.queue.findIndex(({ ticket }) => ticket.job.run === run);
    const [waiting] = index === -1 ? [] : this.queue.splice(index, 1);
    waiting?.end({ died: `${why} before it began` });
    this.busy.get(run)?.kill({ died: why });
    return waiting !== undefined || this.busy.has(run);
  }

  /** Ends everything that runs or waits, now. */
  killAll(why: string): void {
    const death: Death = { died: why };
    for (const { end } of this.queue.splice(0)) end(death);
    for (const runner of this.busy.values()) runner.kill(death);
    this.checking?.kill(death);
  }

  /** Lets runners that wait go, so that the next ones begin anew. */
  refresh(): void {
    for (const runner of this.idle.splice(0)) runner.close();
    this.keepWarm();
  }

  /** Takes no more jobs, and returns when the last run has ended. */
  async close(): Promise<void> {
    this.closing = true;
    for (const runner of this.idle.splice(0)) runner.close();
    await Promise.all([...this.busy.values()].map(({ ended }) => ended));
  }

  /** One runner more than scripts may have is for questions. */
  private hasRoom(question: boolean): boolean {
    const most = this.options.concurrency + (question ? 1 : 0);
    if (this.busy.size >= most) return false;
    return this.idle.length > 0 || this.busy.size + this.starting < most;
  }

  private canBegin(): boolean {
    const [first] = this.queue;
    return first !== undefined && this.hasRoom(isQuestion(first.ticket));
  }

  private next(): void {
    while (this.canBegin()) {
      const runner = this.takeIdle();
      if (runner !== undefined) this.begin(runner);
      else if (this.starting >= this.queue.length) return;
      else if (this.busy.size === 0) void this.startForQueue();
      else {
        this.startFurther();
        return;
      }
    }
  }

  /** Starts runners for what still waits a little later. */
  private startFurther(): void {
    this.further ??= setTimeout(() => {
      this.further = undefined;
      while (this.canBegin() && this.idle.length === 0 && this.starting < this.queue.length)
        void this.startForQueue();
      this.next();
    }, FURTHER_MS);
  }

  private takeIdle(): RunnerProcess | undefined {
    for (let runner = this.idle.pop(); runner !== undefined; runner = this.idle.pop()) {
      if (runner.alive) return runner;
    }
    return undefined;
  }

  private begin(runner: RunnerProcess): void {
    const waiting = this.queue.shift();
    if (waiting === undefined) throw new Error("no job waits");
    const { ticket, end } = waiting;
    const { job } = ticket;
    this.busy.set(job.run, runner);
    this.beganAt = performance.now();
    const overstay = setTimeout(() => runner.kill(OVERSTAYED), job.timeoutMs + LIMITS.overstayMs);
    void runner.run(job, ticket).then((outcome) => {
      clearTimeout(overstay);
      this.busy.delete(job.run);
      // A process that ended while it waited, unnoticed so far, costs no job.
      if ("died" in outcome && outcome.untouched && waiting.tries++ < MAX_TRIES) this.queue.unshift(waiting);
      else end(outcome);
      this.release(runner);
      this.next();
    });
  }

  private release(runner: RunnerProcess): void {
    const isWanted = this.idle.length < this.options.warm || this.queue.length > 0;
    if (runner.alive && isWanted && !this.replaced.has(runner) && !this.closing) {
      this.idle.push(runner);
      if (runner.runs >= MAX_RUNS) void this.renew();
    } else if (runner.alive) runner.close();
    this.keepWarm();
  }

  /** Starts a runner to take the place of one that is used up, which goes on until then: nobody waits for it. */
  private async renew(): Promise<void> {
    if (this.renewing || this.closing) return;
    this.renewing = true;
    try {
      const runner = await this.start();
      const old = this.all.find((one) => one.runs >= MAX_RUNS && !this.replaced.has(one));
      if (old !== undefined) this.retire(old);
      this.release(runner);
      this.next();
    } catch {
      // The old one goes on, and the next one that is used up is replaced.
    } finally {
      this.renewing = false;
    }
  }

  /** Lets a runner go that waits; one that is busy goes after its run. */
  private retire(runner: RunnerProcess): void {
    this.replaced.add(runner);
    const index = this.idle.indexOf(runner);
    if (index !== -1) this.idle.splice(index, 1)[0]?.close();
  }

  private keepWarm(): void {
    const missing = this.options.warm - this.idle.length - this.busy.size - this.starting;
    if (missing > 0 && !this.closing) void this.startForQueue();
  }

  /** One that ended while it waited is replaced, soon but not in a tight loop. */
  private replace(ended: RunnerProcess): void {
    const index = this.idle.indexOf(ended);
    if (index === -1) return;
    this.idle.splice(index, 1);
    setTimeout(() => this.keepWarm(), REPLACE_MS);
  }

  private async startForQueue(): Promise<void> {
    try {
      const runner = await this.start();
      // It may have come too late: somebody else has done the job. What is left at the end is done all the same.
      if (this.closing && this.queue.length > 0) this.idle.push(runner);
      else this.release(runner);
      this.next();
    } catch (error) {
      // Whatever befell this one may befall the next one too: each costs a job, so that this ends.
      this.queue.shift()?.end({ died: error instanceof Error ? error.message : String(error) });
      this.next();
    }
  }

  private async start(policy?: string): Promise<RunnerProcess> {
    this.starting++;
    try {
      const process = new RunnerProcess({ ...this.options, ...(policy === undefined ? {} : { policy }) });
      const state = await process.started;
      if ("revision" in state) {
        void process.ended.then(() => this.replace(process));
        // Another policy may be in force since it has read the one that it has.
        process.heedPolicy();
        return process;
      }
      process.kill({ died: state.refused });
      throw new AgentError("policy_refused", state.refused);
    } finally {
      this.starting--;
    }
  }
}

const isQuestion = ({ job }: Ticket): boolean => "type" in job;
