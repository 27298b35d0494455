import { timeText } from "../tuf/schema.ts";
import type { Document } from "./document.ts";
import type { Quorum } from "./quorum.ts";
import { isMet, quorumOf } from "./quorum.ts";
import { periodMs, ROLES, type Role } from "./settings.ts";
import { waitingIn } from "./sign.ts";
import type { State } from "./state.ts";

const DAY_MS = 86_400_000;
/** Part of a role's time that is left when it is told of. */
const LATE = 1 / 4;

/** A document that is released. */
export interface ReleasedStatus {
  readonly role: Role;
  readonly version: number;
  readonly expires: string;
  /** Until then; negative when it is over. */
  readonly days: number;
}

/** Signatures that a staged document has and lacks. */
export interface SignatureStatus {
  /** Version of the root that asks for them. */
  readonly root: number;
  readonly threshold: number;
  readonly signed: readonly string[];
  readonly others: readonly string[];
}

export interface StagedStatus {
  readonly role: Role;
  readonly version: number;
  readonly expires: string;
  readonly ready: boolean;
  readonly signatures: readonly SignatureStatus[];
}

/** How a repository is. */
export interface Status {
  readonly released: readonly ReleasedStatus[];
  readonly staged: readonly StagedStatus[];
  /** What somebody should do something about. */
  readonly warnings: readonly string[];
}

/** @param warnDays days before its end at which a document is told of; a quarter of its time unless given */
export function statusOf(state: State, now: Date, warnDays?: number): Status {
  const released = ROLES.flatMap((role) => {
    const document = state.released[role];
    return document === undefined ? [] : [releasedStatus(role, document, now)];
  });
  const staged = waitingIn(state).map(
    ({ type, document, quorums }): StagedStatus => ({
      role: type,
      version: document.signed.version,
      expires: timeText(document.signed.expires),
      ready: quorums.every(isMet),
      signatures: quorums.map(signatureStatus),
    }),
  );
  const late = released.filter(({ role, days }) => days < (warnDays ?? lateDays(state, role)));
  return {
    released,
    staged,
    warnings: [
      ...(released.length === 0 ? ["nothing is released yet"] : []),
      ...late.map(expiryWarning),
      ...staged
        .filter(({ ready }) => !ready)
        .map(({ role, version }) => `${role} ${version} waits for signatures`),
      ...unsignedWarnings(state),
    ],
  };
}

function releasedStatus(role: Role, { signed: { version, expires } }: Document, now: Date): ReleasedStatus {
  const tenths = ((expires.getTime() - now.getTime()) / DAY_MS) * 10;
  // What is over is over, by however little.
  const days = (tenths < 0 ? Math.floor(tenths) : Math.round(tenths)) / 10;
  return { role, version, expires: timeText(expires), days };
}

const signatureStatus = ({ root, threshold, members, signed }: Quorum): SignatureStatus => ({
  root,
  threshold,
  signed: signed.map(({ name }) => name),
  others: members.filter((member) => !signed.includes(member)).map(({ name }) => name),
});

const lateDays = ({ settings }: State, role: Role): number =>
  ((periodMs(settings.expires[role]) ?? 0) / DAY_MS) * LATE;

function expiryWarning({ role, version, days, expires }: ReleasedStatus): string {
  const when = days < 0 ? `expired at ${expires}` : `expires in ${days} days`;
  const command = role === "root" || role === "targets" ? `renew --role ${role}` : "refresh";
  return `${role} ${version} ${when}; remit repo ${command}`;
}

/** What devices do not take: a release was cut short, or somebody changed files by hand. */
function unsignedWarnings({ released }: State): readonly string[] {
  const { root } = released;
  if (root === undefined) return [];
  return ROLES.flatMap((role) => {
    const document = released[role];
    if (document === undefined || isMet(quorumOf(root, role, document))) return [];
    return [
      `${role} ${document.signed.version} is not signed as root ${root.signed.version} asks for; remit repo release`,
    ];
  });
}
