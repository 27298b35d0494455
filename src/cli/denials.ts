import { explain } from "../policy/explain.ts";
import type { AuthorizationRequest, Decision, Principal } from "../policy/types.ts";

/** Denials that are explained; of the others only the number is told. */
const MAX_EXPLAINED = 10;

interface Denial {
  readonly request: AuthorizationRequest;
  readonly decision: Decision;
  readonly principal: Principal;
}

/** What the policy denied in a run, for its owner. A denial that recurs counts once. */
export class Denials {
  private readonly first = new Map<string, Denial>();
  private more = 0;

  get any(): boolean {
    return this.first.size > 0;
  }

  /** Takes in a decision of the run. */
  readonly record = (request: AuthorizationRequest, decision: Decision, principal: Principal): void => {
    if (decision.allowed) return;
    const key = JSON.stringify([
      principal.id,
      request.action,
      request.resource.type,
      request.resource.id,
      decision,
    ]);
    if (this.first.has(key)) return;
    if (this.first.size < MAX_EXPLAINED) this.first.set(key, { request, decision, principal });
    else this.more++;
  };

  /** Which policies denied what, or which permits are missing. */
  explained(): string {
    const texts = [...this.first.values()].map(({ request, decision, principal }) =>
      explain(principal, request, decision),
    );
    if (this.more > 0) texts.push(`and ${this.more} more denials`);
    return texts.map((text) => `${text}\n`).join("");
  }
}
