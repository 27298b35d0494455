import type { PublicKey } from "../tuf/keys.ts";
import type { MetadataType } from "../tuf/schema.ts";
import { signersOf } from "../tuf/threshold.ts";
import type { Document } from "./document.ts";
import { nameOf } from "./named-key.ts";
import type { Role } from "./settings.ts";

/** Who may sign. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly key: PublicKey;
}

/** Whom a document needs the signatures of, and who has signed. */
export interface Quorum {
  /** Version of the root that says so. */
  readonly root: number;
  readonly role: Role;
  readonly threshold: number;
  readonly members: readonly Member[];
  readonly signed: readonly Member[];
}

/** The keys that `role` has in `root`. */
export const membersOf = ({ signed, keys }: Document<"root">, role: Role): readonly Member[] =>
  signed.roles[role].keyids.flatMap((id) => {
    const key = keys.get(id);
    return key === undefined ? [] : [{ id, name: nameOf(id, signed.keys[id]), key }];
  });

/** What `root` asks of `document` as one of `role`. */
export function quorumOf(root: Document<"root">, role: Role, document: Document): Quorum {
  const members = membersOf(root, role);
  const ids = signersOf(root.signed.roles[role], root.keys, document);
  return {
    root: root.signed.version,
    role,
    threshold: root.signed.roles[role].threshold,
    members,
    signed: members.filter(({ id }) => ids.includes(id)),
  };
}

/**
 * What a document needs before it is released: a new root the signatures that the old one asks for, and its own
 * (TUF 5.3.4).
 * @param roots the one that is released, and the one that is staged
 */
export function quorumsOf(
  document: Document,
  {
    released,
    staged,
  }: { readonly released?: Document<"root"> | undefined; readonly staged?: Document<"root"> | undefined },
): readonly Quorum[] {
  const type: MetadataType = document.signed._type;
  const newest = staged ?? released;
  const roots = type === "root" ? [released, staged] : [newest];
  return roots.flatMap((root) => (root === undefined ? [] : [quorumOf(root, type, document)]));
}

export const isMet = ({ threshold, signed }: Quorum): boolean => signed.length >= threshold;
