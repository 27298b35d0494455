import type { BundleLimits } from "../bundle/content/metadata.ts";
import { BundleError } from "../bundle/errors.ts";
import type { Fd } from "../platform/file.ts";
import type { Principal } from "../policy/types.ts";
import {
  CANDIDATE,
  type PolicySource,
  pointToBundle,
  policySource,
  readPolicy,
  writePolicy,
} from "../runner/active-policy.ts";
import { AgentError } from "./errors.ts";
import { narrower } from "./narrowed.ts";
import type { Records } from "./records.ts";
import type { RunRequest } from "./run-request.ts";

/** What the main process keeps in mind of a policy: it is the runners that decide by it. */
export interface Known {
  readonly revision: string;
  readonly sha256: string;
  /** Names of approved scripts. */
  readonly scripts: readonly string[];
  readonly limits: BundleLimits;
}

/** The policy in force: a file, or a bundle that is kept in the state directory. */
export class PolicyInForce {
  known: Known;

  /**
   * @param directory the state directory
   * @throws {AgentError} `policy_refused`
   */
  constructor(
    private readonly directory: Fd,
    private readonly records: Records,
  ) {
    this.known = knownOf(this.read());
  }

  /** As it is on the disk. @throws {AgentError} `policy_refused` */
  read(): PolicySource {
    try {
      return readPolicy(this.directory);
    } catch (error) {
      throw refused(error);
    }
  }

  /** Names of the approved scripts. */
  get scripts(): readonly string[] {
    return this.known.scripts;
  }

  /** The time of a run, in milliseconds, of which the owner gives `ownMs`. */
  timeWithin(ownMs: number): number {
    return narrower(ownMs, this.known.limits.timeout_ms);
  }

  /** @throws {AgentError} `script_not_approved`, `script_not_found` */
  expectRunnable({ script, name }: Pick<RunRequest, "script" | "name">, approvedOnly: boolean): void {
    const known = this.scripts.length === 0 ? "there are none" : `there are ${this.scripts.join(", ")}`;
    if (script !== undefined && approvedOnly) {
      const message = `this agent runs approved scripts only, by their names; ${known}`;
      throw new AgentError("script_not_approved", message);
    }
    if (name === undefined || this.scripts.includes(name)) return;
    throw new AgentError("script_not_found", `there is no approved script ${JSON.stringify(name)}; ${known}`);
  }

  /** Puts `text` where it can be tried; under the name returned, unless it is in force already. */
  propose(text: string): string | undefined {
    if (policySource(text).sha256 === this.known.sha256) return undefined;
    writePolicy(this.directory, text, CANDIDATE);
    return CANDIDATE;
  }

  /** Puts a policy in force that was tried. @throws {AgentError} `audit_unavailable` */
  adopt(text: string, principal: Principal): void {
    const source = policySource(text);
    this.records.act(principal, "policy", { revision: source.revision });
    writePolicy(this.directory, text);
    this.known = knownOf(source);
  }

  /** Puts a bundle in force that is kept and was checked. @throws {AgentError} `audit_unavailable` */
  adoptBundle({ revision, sha256, scripts, limits }: Known, principal: Principal): void {
    this.records.act(principal, "policy", { revision, sha256 });
    pointToBundle(this.directory, sha256);
    this.known = { revision, sha256, scripts, limits };
  }
}

const NO_LIMITS: BundleLimits = {};

const knownOf = ({ revision, sha256, bundle }: PolicySource): Known => ({
  revision,
  sha256,
  scripts: [...(bundle?.scripts.keys() ?? [])],
  limits: bundle?.limits ?? NO_LIMITS,
});

function refused(error: unknown): unknown {
  if (!(error instanceof BundleError)) return error;
  return new AgentError("policy_refused", error.located, { cause: error });
}
