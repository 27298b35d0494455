import { randomBytes } from "node:crypto";
import { type DenialsPage, type DenialsQuery, denialsOf } from "../audit/denials.ts";
import type { Fd } from "../platform/file.ts";
import { effectiveUser } from "../platform/identity.ts";
import { settledWithin } from "../platform/settled-within.ts";
import type { Approval } from "../policy/access.ts";
import type { Principal } from "../policy/types.ts";
import { uidText } from "../policy/uid-text.ts";
import { CANDIDATE } from "../runner/active-policy.ts";
import { stoppedText } from "../runner/control.ts";
import type { Explained, PolicyQuestion } from "../runner/explain-protocol.ts";
import type { ApprovalQuestion } from "../runner/protocol.ts";
import { Approvals } from "./approvals.ts";
import { AgentError } from "./errors.ts";
import { KillSwitch } from "./kill-switch.ts";
import { Metrics } from "./metrics.ts";
import { narrowed } from "./narrowed.ts";
import { takeOutcome } from "./outcome.ts";
import { type Known, PolicyInForce } from "./policy-in-force.ts";
import { Pool, type PoolOptions } from "./pool.ts";
import { Records } from "./records.ts";
import { type RunRequest, startedEntry } from "./run-request.ts";
import type { Outcome } from "./runner-process.ts";
import { Run, type RunStatus, Runs } from "./runs.ts";

export interface AgentOptions extends PoolOptions {
  /** The state directory, open. */
  readonly directory: Fd;
  /** How long a run waits for an approval, in milliseconds. */
  readonly approvalMs: number;
  /** Run nothing but the approved scripts of a bundle. */
  readonly approvedOnly: boolean;
}

export interface AgentStatus {
  readonly killed: string | undefined;
  /** Of the policy in force. */
  readonly revision: string;
  readonly running: number;
  readonly queued: number;
  /** Grows with whatever happens to runs, denials and approvals. */
  readonly changes: number;
}

/** Whoever started this process, and so may say what it does. */
const owner = (): Principal => ({ type: "User", id: effectiveUser().name });

/** Takes runs, and what their owner says about them: the heart of `remit serve`, without its network. */
export class Agent {
  readonly runs = new Runs();
  readonly approvals: Approvals;
  private readonly killSwitch: KillSwitch;
  private readonly records: Records;
  /** Its runner processes. */
  readonly pool: Pool;
  private readonly settled = new Map<string, Promise<void>>();
  private readonly metrics = new Metrics();
  /** The policy in force. */
  readonly inForce: PolicyInForce;
  private stopping = false;

  /** @throws {AgentError} `policy_refused` when the bundle that is in force cannot be read */
  constructor(private options: AgentOptions) {
    const { directory, decisionLogBytes } = options;
    this.records = new Records(directory, decisionLogBytes, () => this.metrics.auditFailed());
    this.inForce = new PolicyInForce(directory, this.records);
    this.pool = new Pool(this.narrowed());
    this.killSwitch = new KillSwitch(directory, options.state, {
      stopAll: (why) => this.pool.killAll(why),
      startAnew: () => this.pool.refresh(),
    });
    this.approvals = new Approvals(this.narrowed().approvalMs, this.records);
  }

  /**
   * Makes runners ready, under another policy if one is given, and begins to heed the kill switch.
   * @throws {AgentError} `policy_refused`; then the policy before is still the active one
   */
  async start(text?: string): Promise<void> {
    const candidate = text === undefined ? undefined : this.inForce.propose(text);
    const { limits } = this.inForce.known;
    await this.pool.warmUp(candidate);
    if (text !== undefined && candidate !== undefined) this.inForce.adopt(text, owner());
    // Those of a bundle that is in force no more.
    if (this.inForce.known.limits !== limits) this.pool.heedPolicy(this.narrow());
    this.killSwitch.begin();
  }

  /**
   * From now on these hold; runs that go on keep what they began with. The state directory stays what it is.
   * @throws {AgentError} `audit_unavailable`; then all stays as it was
   */
  configure(options: Omit<AgentOptions, "state" | "directory">): void {
    this.records.act(owner(), "configure");
    this.options = { ...this.options, ...options };
    this.records.configure(options.decisionLogBytes);
    this.pool.configure(this.narrow());
  }

  /** What the owner wants, within what the policy in force allows. */
  private narrowed(): AgentOptions {
    return narrowed(this.options, this.inForce.known.limits);
  }

  /** As {@link narrowed}, after either has changed. */
  private narrow(): AgentOptions {
    const options = this.narrowed();
    this.approvals.timeMs = options.approvalMs;
    return options;
  }

  /** Remembers that a token was made for whoever owns the state directory. @throws {AgentError} */
  noteToken(details: { readonly name: string; readonly scope: string; readonly autonomy: number }): void {
    this.records.act(owner(), "token_create", { ...details, groups: "" });
  }

  status(): AgentStatus {
    return {
      killed: this.killSwitch.thrown(),
      revision: this.inForce.known.revision,
      running: this.pool.running,
      queued: this.pool.queued,
      changes: this.runs.changes + this.approvals.changes,
    };
  }

  /** Takes a run, which begins when a runner is free. @throws {AgentError} */
  submit(asked: RunRequest): Run {
    const { requestId: _, trace, ...request } = asked;
    const { principal, dryRun } = request;
    this.expectOpen();
    this.inForce.expectRunnable(request, this.options.approvedOnly);
    const id = `run_${randomBytes(12).toString("hex")}`;
    const run = new Run(id, uidText(principal), dryRun, trace?.traceId);
    run.revision = this.inForce.known.revision;
    this.expectRoom("script");
    this.records.write(startedEntry(run, asked));
    this.runs.add(run);
    const ended = this.pool.run({
      job: { ...request, run: id, ...(trace === undefined ? {} : { traceId: trace.traceId }) },
      onStart: () => run.begin(),
      onEvents: (events) => {
        run.addAll(events);
        for (const event of events) this.metrics.happened(event);
      },
      onQuestion: (question) => this.ask(run, question),
    });
    this.settled.set(
      id,
      ended.then((outcome) => this.settle(run, outcome)),
    );
    return run;
  }

  /** Resolves when the run is over, or `withinMs` have passed. */
  async over(run: Run, withinMs: number): Promise<void> {
    const settled = this.settled.get(run.id);
    if (settled === undefined || withinMs <= 0) return;
    await settledWithin(settled, withinMs);
    // Nobody can ask an agent again that is shutting down: the end is near, and is waited for.
    if (this.stopping) await settled;
  }

  /** Ends a run before its time. @throws {AgentError} `run_ended` */
  cancel(run: Run, principal: Principal): void {
    if (run.isOver) throw new AgentError("run_ended", `the run ${run.id} is over already`);
    this.records.act(principal, "cancel", { run: run.id });
    this.ending.set(run.id, "cancelled");
    this.pool.cancel(run.id);
  }

  /** Answers what a run waits for. @throws {AgentError} `approval_not_found` */
  approve(id: string, answer: "approved" | "denied", principal: Principal): void {
    const pending = this.approvals.all().find((candidate) => candidate.id === id);
    if (pending === undefined) throw new AgentError("approval_not_found", `nothing waits as ${id}`);
    const { run, action, resource } = pending;
    this.records.act(principal, answer, { id, run, action, resource: uidText(resource) });
    this.approvals.settle(id, answer);
  }

  /**
   * What the policy says of a request of `principal` that nobody makes. A runner is asked, for at most `withinMs`.
   * @throws {AgentError}
   */
  async explain(
    principal: Principal,
    question: PolicyQuestion,
    withinMs: number,
  ): Promise<Explained["answer"]> {
    if (this.stopping) throw new AgentError("stopping", "the agent is shutting down");
    this.expectRoom("question");
    const run = `question_${randomBytes(12).toString("hex")}`;
    const late = setTimeout(() => this.pool.cancel(run), withinMs);
    const outcome = await this.pool.run({
      job: { type: "explain", run, principal, timeoutMs: withinMs, ...question },
      onStart: () => undefined,
      onEvents: () => undefined,
      onQuestion: async () => "denied",
    });
    clearTimeout(late);
    if ("report" in outcome && outcome.report.type === "explained") return outcome.report.answer;
    throw new AgentError("queue_full", "no runner was free to ask the policy; try again later");
  }

  /** What was denied, as the decision log has it. */
  denials(query: DenialsQuery): DenialsPage {
    return denialsOf(this.options.directory, query);
  }

  /** Why no script can be run now, if none can. */
  obstacle(): "killed" | "stopping" | "audit" | undefined {
    if (this.stopping) return "stopping";
    if (this.killSwitch.thrown() !== undefined) return "killed";
    return this.records.isWritable() ? undefined : "audit";
  }

  /** What has happened since the start, for Prometheus. */
  metricsText(): string {
    const { running, queued } = this.pool;
    const killed = this.killSwitch.thrown() !== undefined;
    return this.metrics.text({ running, queued, killed });
  }

  /** Stops everything, until {@link resume}; also after a restart, and also where it cannot be recorded. */
  kill(reason: string, principal: Principal): void {
    this.killSwitch.throw(reason);
    const entry = { kind: "admin", principal: uidText(principal), act: "kill", details: { reason } } as const;
    this.records.writeIfPossible(entry);
  }

  resume(principal: Principal): void {
    this.records.act(principal, "resume");
    this.killSwitch.resume();
  }

  /** The central team stops everything for `reason`, or does so no more: that is not the owner's switch. */
  heedCentre(reason: string | undefined): void {
    const isStopped = this.killSwitch.by.includes("centre");
    if (reason !== undefined) this.killSwitch.throw(reason, "centre");
    else if (isStopped) this.killSwitch.resume("centre");
    else return;
    const details = reason === undefined ? {} : { details: { reason } };
    const act = reason === undefined ? "centre_resume" : "centre_kill";
    this.records.writeIfPossible({ kind: "admin", principal: uidText(owner()), act, ...details });
  }

  /** Remembers that somebody is about to do all this from a browser. @throws {AgentError} `audit_unavailable` */
  pageLogin(principal: Principal): void {
    this.records.act(principal, "page_login");
  }

  /**
   * Makes `text` the policy, for runs that go on from their next operation. @throws {AgentError} `policy_refused`
   * with the policy before in force
   */
  async activate(text: string, principal: Principal = owner()): Promise<string> {
    if (this.inForce.propose(text) !== undefined) {
      const trial = new Pool({ ...this.options, policy: CANDIDATE, warm: 0, concurrency: 1 });
      await trial.warmUp();
    }
    this.inForce.adopt(text, principal);
    return this.activated();
  }

  /** As {@link activate}, of a bundle that is kept in the state directory and was checked. @throws {AgentError} */
  activateBundle(bundle: Known, principal: Principal = owner()): string {
    this.inForce.adoptBundle(bundle, principal);
    return this.activated();
  }

  private activated(): string {
    this.killSwitch.nextEpoch();
    this.metrics.policyActivated();
    this.pool.heedPolicy(this.narrow());
    return this.inForce.known.revision;
  }

  /** Takes nothing new, and ends when what runs has ended, or after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    const late = setTimeout(() => this.stopNow(), graceMs);
    await this.pool.close();
    await Promise.all(this.settled.values());
    clearTimeout(late);
    this.records.close();
    this.killSwitch.close();
  }

  /** Ends what runs, without its grace. */
  stopNow(): void {
    for (const run of this.settled.keys()) this.ending.set(run, "cancelled");
    this.pool.killAll("the agent is shutting down");
  }

  private readonly ending = new Map<string, RunStatus>();

  private expectRoom(what: "script" | "question"): void {
    if (this.pool.hasPlace(what)) return;
    this.metrics.limitHit("queue");
    const waiting = what === "script" ? "runs" : "questions";
    throw new AgentError("queue_full", `${this.narrowed().queue} ${waiting} wait already; try again later`);
  }

  private expectOpen(): void {
    if (this.stopping) throw new AgentError("stopping", "the agent is shutting down");
    const reason = this.killSwitch.thrown();
    if (reason === undefined) return;
    throw new AgentError("killed", `all runs are ${stoppedText(reason)}`);
  }

  private settle(run: Run, outcome: Outcome): void {
    const ended = this.ending.get(run.id) ?? (this.killSwitch.thrown() === undefined ? undefined : "killed");
    this.ending.delete(run.id);
    this.settled.delete(run.id);
    this.approvals.forget(run.id);
    const status = takeOutcome(run, outcome, ended);
    run.end(status);
    this.metrics.ended(run);
    this.runs.forget();
    // It is over all the same.
    this.records.writeIfPossible({ kind: "run", ...run.identity, event: "ended", outcome: status });
  }

  /** Without a record of the question nobody is asked, and the run does not go on. */
  private async ask(run: Run, question: ApprovalQuestion): Promise<Approval> {
    try {
      const asked = this.approvals.ask(run.identity, question);
      run.waitFor(this.approvals.of(run.id));
      const answer = await asked;
      run.waitNoMore(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      this.pool.cancel(run.id, error.message);
      return new Promise(() => undefined);
    }
  }
}
