import { explain } from "../policy/explain.ts";
import { actionUids } from "../policy/hierarchy.ts";
import {
  ACTIONS,
  type Action,
  createAccess,
  type Decision,
  isEffect,
  type PolicySet,
  type Principal,
  type Resource,
} from "../policy/index.ts";
import { uidText } from "../policy/uid-text.ts";
import { AUTONOMY, autonomyOf, mustAsk } from "./autonomy.ts";
import type { Explained, Outcome, PolicyQuestion } from "./explain-protocol.ts";

/** Decides `question` as a run of `principal` would be decided. Nothing of it is recorded: nothing is done. */
export function explainPolicy(
  set: PolicySet,
  revision: string,
  principal: Principal,
  { action: name, resource: asked, context }: PolicyQuestion,
): Explained["answer"] {
  const action = actionNamed(name);
  if (action === undefined) return { refused: `there is no action ${JSON.stringify(name)}; ${known(name)}` };
  const resource = resourceOf(asked);
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

const NAMES: ReadonlyMap<string, Action> = new Map(
  Object.entries(ACTIONS).flatMap(([namespace, names]) =>
    names.flatMap((name) => {
      // Each name of a namespace makes an action with it, by the definition of Action.
      const action = `${namespace}.${name}` as Action;
      const { uid } = actionUids(action);
      return [action, uidText(uid)].map((form) => [form, action] as const);
    }),
  ),
);

const actionNamed = (name: string): Action | undefined => NAMES.get(name.trim());

/** The actions of the namespace that `name` seems to mean, or of all. */
function known(name: string): string {
  const [namespace] = name.split(/[:.]/, 1);
  const all = [...NAMES.keys()].filter((form) => form.includes("."));
  const near = all.filter((form) => form.startsWith(`${namespace}.`));
  return `there are ${(near.length > 0 ? near : all).join(", ")}`;
}

const DIR = "file_system::Dir";
const PATHS = [DIR, "file_system::File"];
/** Attribute of a type that is the id once more. */
const NAMED_BY: { readonly [type: string]: string } = {
  "network::url": "url",
  "sysinfo::Hostname": "hostname",
  "systemd::Service": "name",
  "process_system::Process": "pid",
};

/** The resource as operations would ask for it. */
function resourceOf({ type, id, attributes = {} }: PolicyQuestion["resource"]): Resource | undefined {
  if (!PATHS.includes(type)) {
    const own = NAMED_BY[type];
    return {
      type,
      id,
      attributes: { ...(own === undefined ? {} : { [own]: id }), ...attributes },
      ancestors: [],
    };
  }
  const names = id.split("/").filter((name) => name !== "");
  if (!id.startsWith("/") || names.includes("..")) return undefined;
  const pathOf = (count: number): string => `/${names.slice(0, count).join("/")}`;
  const path = pathOf(names.length);
  const ancestors = names.map((_, depth) => ({ type: DIR, id: pathOf(depth) })).reverse();
  return { type, id: path, attributes: { path }, ancestors };
}
