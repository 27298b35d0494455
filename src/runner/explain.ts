import { explain } from "../policy/explain.ts";
import { ALL_ACTIONS, actionNamed } from "../policy/hierarchy.ts";
import { createAccess, type Decision, isEffect, type Principal } from "../policy/index.ts";
import { resourceOf } from "../policy/resource.ts";
import { AUTONOMY, autonomyOf, mustAsk } from "./autonomy.ts";
import type { Explained, Outcome, PolicyQuestion } from "./explain-protocol.ts";
import type { PolicyInUse } from "./policy-in-use.ts";

/** Decides `question` as a run of `principal` would be decided. Nothing of it is recorded: nothing is done. */
export function explainPolicy(
  { set, revision }: PolicyInUse,
  principal: Principal,
  { action: name, resource: asked, context }: PolicyQuestion,
): Explained["answer"] {
  const action = actionNamed(name);
  if (action === undefined) return { refused: `there is no action ${JSON.stringify(name)}; ${known(name)}` };
  const resource = resourceOf(asked, asked.attributes);
  if (resource === undefined) return { refused: `a path is absolute and without "..": ${asked.id}` };
  let decision: Decision | undefined;
  let isFree = true;
  const approvals: string[] = [];
  const access = createAccess(set, principal, {
    onDecision: (_request, made) => {
      decision = made;
    },
    mustAsk: (request, asking) => mustAsk(asking, request.action),
    approve: (_request, _asking, reasons) => {
      isFree = false;
      approvals.push(...reasons);
      return "denied";
    },
  });
  const request = { action, resource, context: { record: context, entities: [] } };
  access.permit(request);
  if (decision === undefined) throw new Error("no decision was made");
  const observes = autonomyOf(principal) === AUTONOMY.observe && isEffect(action);
  const outcome = !decision.allowed ? "deny" : observes ? "dry_run" : isFree ? "allow" : "ask";
  return {
    decision: outcome,
    policies: [...decision.policies],
    reasons: [...explain(principal, request, decision).split("\n"), ...more(outcome, approvals)],
    revision,
  };
}

function more(outcome: Outcome, approvals: readonly string[]): readonly string[] {
  if (outcome === "dry_run") return ["  of autonomy level 0, which only observes: it would not be done"];
  if (outcome !== "ask") return [];
  const what = approvals.filter((reason) => reason !== "").join("; ");
  return [`  somebody has to approve it first${what === "" ? "" : `: ${what}`}`];
}

/** The actions of the namespace that `name` seems to mean, or of all. */
function known(name: string): string {
  const [namespace] = name.split(/[:.]/, 1);
  const near = ALL_ACTIONS.filter((form) => form.startsWith(`${namespace}.`));
  return `there are ${(near.length > 0 ? near : ALL_ACTIONS).join(", ")}`;
}
