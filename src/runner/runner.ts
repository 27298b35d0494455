import type { HostResult } from "rhai-wasm";
import { Terminated } from "rhai-wasm";
import { DecisionLog } from "../audit/decision-log.ts";
import type { Candidate, CheckAnswer } from "../bundle/content/candidate.ts";
import type { Host } from "../bundle/content/check.ts";
import { BundleError } from "../bundle/errors.ts";
import type { Engine, RunLimits } from "../engine/index.ts";
import { giveBack } from "../platform/bun-memory.ts";
import type { Fd } from "../platform/file.ts";
import { LIMITS } from "../platform/limits.ts";
import { LineReader, writeLine } from "../platform/lines.ts";
import { duringRun } from "../platform/run-end.ts";
import { type Approval, PolicyError } from "../policy/index.ts";
import { activeBundle, readBundleSource, readPolicy } from "./active-policy.ts";
import { parseArguments } from "./arguments.ts";
import { Authority } from "./authority.ts";
import { Control, stoppedText } from "./control.ts";
import { RunError } from "./errors.ts";
import { explainPolicy } from "./explain.ts";
import type { Explained, ExplainJob } from "./explain-protocol.ts";
import type { PolicyInUse } from "./policy-in-use.ts";
import { Preparation } from "./preparation.ts";
import type { ApprovalAnswer, ApprovalQuestion, Job, Order, Report, RunEvent } from "./protocol.ts";
import { publishing } from "./publishing.ts";
import type { RunResult } from "./result.ts";
import { type Program, refusedResult, runScript } from "./run.ts";
import type { LogLevel, RunState } from "./run-state.ts";

const INPUT: Fd = 0;
const OUTPUT: Fd = 1;

/** Events that are told together, and the longest that one waits for others, in milliseconds. */
const EVENTS = 64;
const EVENTS_MS = 20;
/** With nothing to do for so long, a runner gives back memory that it does not use, in milliseconds. */
const QUIET_MS = 1000;

export interface RunnerOptions {
  readonly engine: Engine;
  readonly program: Program;
  /** The state directory. */
  readonly directory: Fd;
  /** Name of the policy in it, unless it is the active one. */
  readonly policy?: string;
  readonly limits: (timeMs: number) => RunLimits;
  readonly logLevel: LogLevel;
  readonly decisionLogBytes: number;
  /** Policies that hold beside the owner's. */
  readonly protection: string;
  /** Looks at a bundle before it is in force. */
  readonly check: (candidate: Candidate, validated: Host["validated"]) => Promise<CheckAnswer>;
}

/** Runs the jobs that come by standard input, one after the other, until it closes. */
export async function serveJobs(options: RunnerOptions): Promise<void> {
  const { directory } = options;
  // A runner that waits for another one can be ended by the agent.
  const log = new DecisionLog(directory, options.decisionLogBytes, Number.POSITIVE_INFINITY);
  const control = new Control(directory);
  const reader = new LineReader(INPUT, LIMITS.jobBytes);
  const { epoch } = control.read();
  let authority: Authority;
  try {
    authority = new Authority(readPolicy(directory, options.policy), log, options.protection);
  } catch (error) {
    if (!(error instanceof PolicyError || error instanceof BundleError)) throw error;
    tell({ type: "refused", message: error.located });
    return;
  }
  const runner = new Runner(options, authority, control, reader, epoch);
  tell({ type: "ready", revision: authority.policy.revision });
  for (;;) {
    while (runner.isPreparing && !reader.comesWithin(0)) runner.prepareFurther();
    if (!reader.comesWithin(QUIET_MS)) giveBack();
    const line = reader.next();
    if (line === undefined) return;
    // Written by the agent, which is this very program.
    const order = JSON.parse(line) as Order;
    if ("run" in order) {
      tell({ type: "began", run: order.run });
      if ("type" in order) runner.explain(order);
      else await runner.perform(order);
    } else if (order.type === "check") {
      return tell({ type: "checked", answer: await options.check(order.candidate, runner.validated) });
    } else if (order.type === "prepare") runner.prepare(order.sha256);
    else runner.heedPolicy();
  }
}

const tell = (report: Report): void => writeLine(OUTPUT, JSON.stringify(report));

class Runner {
  private events: RunEvent[] = [];
  private toldAt = 0;
  private preparation: Preparation | undefined;

  constructor(
    private readonly options: RunnerOptions,
    private readonly authority: Authority,
    private readonly control: Control,
    private readonly reader: LineReader,
    private epoch: number,
  ) {}

  /** Takes the policy in force before somebody waits for it. Where it cannot be used, the next run says so. */
  heedPolicy(): void {
    try {
      this.activate(this.control.read().epoch);
    } catch (error) {
      if (!(error instanceof Terminated)) throw error;
    }
  }

  /** Begins to make a bundle ready that is about to be in force. */
  prepare(sha256: string): void {
    const { authority, options } = this;
    function* steps() {
      return yield* authority.prepare(yield* readBundleSource(options.directory, sha256));
    }
    this.preparation = new Preparation(sha256, steps());
  }

  /** What was found to be well when it came to be in force. */
  get validated(): Host["validated"] {
    const { isValidated, set } = this.authority.policy;
    if (!isValidated) return undefined;
    return { texts: new Set(set.policies.map(({ text }) => text)), schema: set.schema?.text };
  }

  get isPreparing(): boolean {
    return this.preparation?.isOver === false;
  }

  prepareFurther(): void {
    const { preparation } = this;
    if (preparation === undefined) return;
    try {
      preparation.step();
    } catch (error) {
      if (!(error instanceof PolicyError || error instanceof BundleError)) throw error;
      // Found again, and told of, when it is in force.
      this.preparation = undefined;
    }
    if (!this.isPreparing) tell({ type: "prepared", sha256: preparation.sha256 ?? "" });
  }

  async perform(job: Job): Promise<void> {
    const result = await this.run(job);
    this.tellEvents(job.run);
    const { denials, moreDenials, policy } = this.authority;
    const { revision } = policy;
    tell({ type: "result", run: job.run, result: { ...result }, denials, moreDenials, revision });
  }

  explain(job: ExplainJob): void {
    tell({ type: "explained", run: job.run, answer: this.explained(job) });
  }

  private explained(job: ExplainJob): Explained["answer"] {
    try {
      this.activate(this.control.read().epoch);
    } catch (error) {
      if (error instanceof Terminated) return { refused: error.message };
      throw error;
    }
    return explainPolicy(this.authority.policy, job.principal, job);
  }

  private async run(job: Job): Promise<RunResult> {
    const startedAt = performance.now();
    const { engine, program, limits, logLevel } = this.options;
    // Asked again and again, in long calls of the host too: what happened before them is told meanwhile.
    const cancelled = (): string | undefined => {
      this.tellLater(job.run);
      return this.stopped();
    };
    try {
      this.beginUnderPolicy();
      const script = this.scriptOf(job);
      const timeoutMs = Math.min(job.timeoutMs, this.authority.policy.limits.timeout_ms ?? job.timeoutMs);
      const input = {
        script,
        arguments: parseArguments(job.arguments),
        access: this.authority.begin({
          ...job,
          onEvent: (event) => this.onEvent(job.run, event),
          ask: (question) => this.ask(job.run, question),
        }),
        limits: limits(timeoutMs),
        cancelled,
        ...publishing((event) => this.onEvent(job.run, event)),
        logLevel,
        startedAt,
      };
      return await duringRun(timeoutMs, cancelled, () => runScript(engine, this.watched(program), input));
    } catch (error) {
      if (error instanceof RunError) return refusedResult(error, startedAt);
      throw error;
    }
  }

  /** What is in force when a run begins is what it is told to have run under. @throws {RunError} */
  private beginUnderPolicy(): void {
    try {
      this.activate(this.control.read().epoch);
    } catch (error) {
      throw error instanceof Terminated ? new RunError("policy_refused", error.message) : error;
    }
  }

  /** The text to run: of an approved script, as it is in the bundle that is active now. @throws {RunError} */
  private scriptOf({ script, name = "" }: Job): string {
    if (script !== undefined) return script;
    const { scripts } = this.authority.policy;
    const approved = scripts.get(name);
    if (approved !== undefined) return approved.text;
    const known = scripts.size === 0 ? "there are none" : `there are ${[...scripts.keys()].join(", ")}`;
    throw new RunError("script_not_found", `there is no approved script ${JSON.stringify(name)}; ${known}`);
  }

  /** `program`, with a look before every operation at what the owner of the host wants. */
  private watched(program: Program): Program {
    return {
      ...program,
      call: (state: RunState, operation, args, position): HostResult => {
        this.heed();
        return program.call(state, operation, args, position);
      },
    };
  }

  private heed(): void {
    const { killed, epoch } = this.control.read();
    if (killed) throw new Terminated(this.reason());
    this.activate(epoch);
  }

  private activate(epoch: number): void {
    if (epoch === this.epoch) return;
    try {
      this.authority.policy = this.next();
    } catch (error) {
      if (!(error instanceof PolicyError || error instanceof BundleError)) throw error;
      // The one before is no longer what the owner wants.
      throw new Terminated(`the policy in force cannot be used: ${error.located}`);
    }
    this.epoch = epoch;
  }

  /** The policy that is active now. @throws {PolicyError} or {@link BundleError} */
  private next(): PolicyInUse {
    const { directory } = this.options;
    const { preparation } = this;
    this.preparation = undefined;
    const isReady = preparation !== undefined && preparation.sha256 === activeBundle(directory);
    if (isReady) return preparation.finish();
    return new Preparation(undefined, this.authority.prepare(readPolicy(directory))).finish();
  }

  private stopped(): string | undefined {
    return this.control.read().killed ? this.reason() : undefined;
  }

  private reason(): string {
    return stoppedText(this.control.reason());
  }

  /** Nothing else happens in this process until the answer is there: the script stands still. */
  private ask(run: string, question: ApprovalQuestion): Approval {
    this.tellEvents(run);
    tell({ type: "approval", run, question });
    const line = this.reader.next();
    if (line === undefined) throw new Terminated("the agent is gone");
    // Written by the agent, which is this very program.
    const { approval } = JSON.parse(line) as ApprovalAnswer;
    this.heed();
    return approval;
  }

  private onEvent(run: string, event: RunEvent): void {
    this.events.push(event);
    if (this.events.length >= EVENTS) this.tellEvents(run);
    else this.tellLater(run);
  }

  private tellLater(run: string): void {
    if (this.events.length > 0 && performance.now() - this.toldAt > EVENTS_MS) this.tellEvents(run);
  }

  private tellEvents(run: string): void {
    if (this.events.length > 0) tell({ type: "events", run, events: this.events });
    this.events = [];
    this.toldAt = performance.now();
  }
}
