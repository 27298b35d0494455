import { BundleError } from "../errors.ts";
import { timeText } from "../tuf/schema.ts";
import { sha256 } from "./bundle-files.ts";
import { type Document, draft, signed } from "./document.ts";
import { isMet, membersOf, quorumOf } from "./quorum.ts";
import { expiry } from "./settings.ts";
import { rootsOf } from "./sign.ts";
import type { Signer } from "./signer.ts";
import { newestRoot, type State } from "./state.ts";

/** Who signs snapshot and timestamp, and when. */
export interface Online {
  readonly signers: readonly Signer[];
  readonly now: Date;
}

/** The next snapshot, with `targets` in it. @throws {BundleError} not_of_role, below_threshold, signer */
export function nextSnapshot(
  state: State,
  targets: Document<"targets">,
  online: Online,
): Promise<Document<"snapshot">> {
  const { snapshot } = state.released;
  const meta = { ...(snapshot?.json["meta"] as object | undefined), "targets.json": described(targets) };
  const frame = {
    version: (snapshot?.signed.version ?? 0) + 1,
    expires: expiry(state.settings, "snapshot", online.now),
  };
  return signOnline(state, draft("snapshot", frame, { ...snapshot?.json, meta }), online);
}

/** The next timestamp, with `snapshot` in it. @throws {BundleError} clock, not_of_role, below_threshold, signer */
export function nextTimestamp(
  state: State,
  snapshot: Document<"snapshot">,
  online: Online,
): Promise<Document<"timestamp">> {
  const { timestamp } = state.released;
  const issued = timestamp?.signed["x-issued"];
  if (issued !== undefined && issued > online.now) {
    throw new BundleError(
      "clock",
      `the latest timestamp was signed at ${timeText(issued)}, and the clock of this machine says ${timeText(online.now)}; set the clock first`,
    );
  }
  const frame = {
    version: (timestamp?.signed.version ?? 0) + 1,
    expires: expiry(state.settings, "timestamp", online.now),
  };
  const content = { meta: { "snapshot.json": described(snapshot) }, "x-issued": timeText(online.now) };
  return signOnline(state, draft("timestamp", frame, { ...timestamp?.json, ...content }), online);
}

/** What one document says of another, so that no other one can be put in its place. */
const described = ({ bytes, signed: { version } }: Document) => ({
  version,
  length: bytes.length,
  hashes: { sha256: sha256(bytes) },
});

/**
 * Signs as the newest root wants it. A signer that only the root before it knows signs, too: devices take the document
 * then, whichever of the two roots they know.
 */
async function signOnline<T extends "snapshot" | "timestamp">(
  state: State,
  document: Document<T>,
  { signers }: Online,
): Promise<Document<T>> {
  const role = document.signed._type as T;
  const roots = Object.values(rootsOf(state)).filter((root) => root !== undefined);
  const members = roots.flatMap((root) => membersOf(root, role));
  let result = document;
  for (const signer of signers) {
    const own = members.filter(({ key }) => key.fingerprint === signer.key.fingerprint);
    if (own.length === 0) {
      const names = [...new Set(members.map(({ name }) => name))].join(", ");
      throw new BundleError(
        "not_of_role",
        `${signer.source} is no online key of this repository; that is ${names}`,
      );
    }
    result = await signed(result, [...new Set(own.map(({ id }) => id))], signer);
  }
  const quorum = quorumOf(newestRoot(state), role, result);
  if (isMet(quorum)) return result;
  throw new BundleError(
    "below_threshold",
    `${role} has ${quorum.signed.length} of the ${quorum.threshold} signatures that root ${quorum.root} asks for; give the online key of ${quorum.members.map(({ name }) => name).join(", ")}`,
  );
}
