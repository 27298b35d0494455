import { BundleError } from "../errors.ts";
import type { PublicKey } from "../tuf/keys.ts";
import { MAX_BYTES } from "../tuf/metadata.ts";
import { type Document, readDocument, signed, withSignatures } from "./document.ts";
import type { Folder } from "./folder.ts";
import { readNamedFile } from "./named-file.ts";
import { type Member, type Quorum, quorumsOf } from "./quorum.ts";
import type { Signer } from "./signer.ts";
import { STAGED, type StagedType, type State, stagedPath } from "./state.ts";

/** A document that waits for signatures. */
export interface Waiting {
  readonly type: StagedType;
  readonly document: Document<StagedType>;
  readonly quorums: readonly Quorum[];
}

/** What is staged. */
export const waitingIn = (state: State): readonly Waiting[] =>
  STAGED.flatMap((type) => {
    const document = state.staged[type];
    return document === undefined ? [] : [{ type, document, quorums: quorumsOf(document, rootsOf(state)) }];
  });

export const rootsOf = ({ released, staged }: State) => ({ released: released.root, staged: staged.root });

/** A document that somebody may sign, and as whom. */
export interface Signable extends Waiting {
  readonly name: string;
  /** Of the key in the roots: it may be written in two ways. */
  readonly ids: readonly string[];
  /** This very signature is there already. */
  readonly isSigned: boolean;
}

/**
 * The staged documents that the owner of `key` may sign.
 * @param only the one of this type
 * @throws {BundleError} nothing_staged; not_of_role
 */
export function signableIn(state: State, key: PublicKey, only?: StagedType): readonly Signable[] {
  const waiting = waitingIn(state).filter(({ type }) => only === undefined || type === only);
  if (waiting.length === 0) throw nothingStaged(only);
  const found = waiting.flatMap((one) => {
    const isOwn = (member: Member): boolean => member.key.fingerprint === key.fingerprint;
    const own = one.quorums.flatMap(({ members }) => members.filter(isOwn));
    const signed = one.quorums.flatMap((quorum) => quorum.signed.filter(isOwn));
    const [first] = own;
    if (first === undefined) return [];
    const ids = [...new Set(own.map(({ id }) => id))];
    return [{ ...one, name: first.name, ids, isSigned: signed.length === own.length }];
  });
  if (found.length > 0) return found;
  const who = waiting.map(({ type, document, quorums }) => {
    const names = new Set(quorums.flatMap(({ members }) => members).map(({ name }) => name));
    return `${type} ${document.signed.version} takes ${[...names].join(", ")}`;
  });
  throw new BundleError("not_of_role", `this key signs nothing that is staged: ${who.join("; ")}`);
}

/** Adds the signature of `signer` to what is staged. @throws {BundleError} signer */
export async function sign(folder: Folder, { type, document, ids }: Signable, signer: Signer): Promise<void> {
  folder.write(stagedPath(type), (await signed(document, ids, signer)).bytes);
}

/**
 * Takes over the signatures of the file `path`, a copy of what is staged that others have signed.
 * @returns names of those whose signatures are new
 * @throws {BundleError} nothing_staged; not_of_role when it says something else than what is staged; repository_io
 */
export function takeSignatures(folder: Folder, state: State, path: string): readonly string[] {
  const bytes = readNamedFile(path, MAX_BYTES.targets);
  const copy = STAGED.flatMap((type) => tryReading(type, bytes))[0];
  if (copy === undefined) throw new BundleError("not_of_role", `${path} is no copy of a file that is staged`);
  const own = waitingIn(state).find(({ type }) => type === copy.signed._type);
  if (own === undefined) throw nothingStaged(copy.signed._type);
  if (Buffer.compare(own.document.canonical, copy.canonical) !== 0) {
    throw new BundleError(
      "not_of_role",
      `${path} does not say what ${stagedPath(own.type)} says; sign a copy of that one`,
    );
  }
  const before = own.quorums.flatMap(({ signed }) => signed.map(({ id }) => id));
  const merged = withSignatures(own.document, copy.signatures);
  const added = quorumsOf(merged, rootsOf(state)).flatMap(({ signed }) =>
    signed.filter(({ id }) => !before.includes(id)),
  );
  if (added.length === 0) return [];
  const taken = added.flatMap(({ id }) => [...copy.signatures].filter(([other]) => other === id));
  folder.write(stagedPath(own.type), withSignatures(own.document, new Map(taken)).bytes);
  return [...new Set(added.map(({ name }) => name))];
}

function tryReading(type: StagedType, bytes: Uint8Array): readonly Document<StagedType>[] {
  try {
    return [readDocument(type, bytes, type)];
  } catch (error) {
    if (error instanceof BundleError) return [];
    throw error;
  }
}

const nothingStaged = (what?: string): BundleError =>
  new BundleError(
    "nothing_staged",
    `nothing ${what === undefined ? "" : `of ${what} `}is staged; remit repo add, rotate or renew stages a change`,
  );
