import type { EntityUid, Resource } from "./types.ts";

/** One clause of a scope: which principals, actions or resources it takes. */
export type Clause =
  | { readonly op: "all" }
  | { readonly op: "=="; readonly uid: EntityUid }
  | { readonly op: "in"; readonly uids: readonly EntityUid[] }
  | { readonly op: "is"; readonly type: string; readonly within?: EntityUid };

export interface Scope {
  readonly principal: Clause;
  readonly action: Clause;
  readonly resource: Clause;
}

const NAME = "[A-Za-z_]\\w*(?:\\s*::\\s*[A-Za-z_]\\w*)*";
/** A uid whose string has no escapes; one that has them makes the scope unknown. */
const UID = `(${NAME})\\s*::\\s*"([^"\\\\]*)"`;
const ONE_UID = new RegExp(`^${UID}$`);
const UID_LIST = new RegExp(`^\\[\\s*(?:${UID}\\s*,\\s*)*(?:${UID}\\s*,?)?\\s*\\]$`);
const EACH_UID = new RegExp(UID, "g");
const IS = new RegExp(`^(${NAME})(?:\\s+in\\s+${UID})?$`);

/**
 * Reads the scope of a policy that Cedar accepted. `undefined` for what it does not know for certain (escapes,
 * comments in odd places): such a policy is never left out of a slice.
 */
export function readScope(text: string): Scope | undefined {
  const parts = splitClauses(
    text.replace(/"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n\r]*/g, (token) => (token.startsWith('"') ? token : " ")),
  );
  if (parts?.length !== 3) return undefined;
  const [principal, action, resource] = (["principal", "action", "resource"] as const).map(
    (variable, index) => readClause(parts[index] ?? "", variable),
  );
  return principal && action && resource ? { principal, action, resource } : undefined;
}

function splitClauses(text: string): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let current = "";
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\[\s\S])*"|[\s\S]/g)) {
    if (token === "[") depth++;
    else if (token === "]") depth--;
    if (token === "," && depth === 0) {
      parts.push(current.trim());
      current = "";
    } else current += token;
  }
  const last = current.trim();
  // A trailing comma is allowed.
  if (last !== "") parts.push(last);
  return depth === 0 ? parts : undefined;
}

function readClause(text: string, variable: string): Clause | undefined {
  if (text === variable) return { op: "all" };
  const match = new RegExp(`^${variable}\\s*(==|\\bin\\b|\\bis\\b)\\s*([\\s\\S]*)$`).exec(text);
  const [, op, rest = ""] = match ?? [];
  switch (op) {
    case "==": {
      const uid = readUid(rest);
      return uid && { op, uid };
    }
    case "in": {
      const uids = readUids(rest);
      return uids && { op, uids };
    }
    case "is": {
      const [, type, group, id] = IS.exec(rest) ?? [];
      if (type === undefined) return undefined;
      const is = { op, type: compact(type) } as const;
      return group === undefined || id === undefined ? is : { ...is, within: { type: compact(group), id } };
    }
    default:
      return undefined;
  }
}

function readUid(text: string): EntityUid | undefined {
  const [, type, id] = ONE_UID.exec(text) ?? [];
  return type === undefined || id === undefined ? undefined : { type: compact(type), id };
}

function readUids(text: string): readonly EntityUid[] | undefined {
  const one = readUid(text);
  if (one) return [one];
  if (!UID_LIST.test(text)) return undefined;
  return [...text.matchAll(EACH_UID)].map(([, type = "", id = ""]) => ({ type: compact(type), id }));
}

const compact = (name: string): string => name.replace(/\s+/g, "");

/** Whether nothing that lies in `directory` can be what the clause takes: the ids of files and directories are paths. */
export function isElsewhere(clause: Clause, { id, ancestors }: Resource): boolean {
  const uids = uidsOf(clause);
  const below = id.endsWith("/") ? id : `${id}/`;
  const isNear = (uid: EntityUid): boolean =>
    uid.id === id || uid.id.startsWith(below) || ancestors.some((ancestor) => ancestor.id === uid.id);
  return uids !== undefined && !uids.some(isNear);
}

/** The entities that a clause names; `undefined` where it names none. */
function uidsOf(clause: Clause): readonly EntityUid[] | undefined {
  switch (clause.op) {
    case "==":
      return [clause.uid];
    case "in":
      return clause.uids;
    case "is":
      return clause.within && [clause.within];
    case "all":
      return undefined;
  }
}
