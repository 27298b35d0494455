/** A repository for tests, every document of which can be made wrong. */
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { canonicalize } from "@tufjs/canonical-json";
import { BundleError } from "./errors.ts";
import { MemoryTransport } from "./transport/memory.ts";
import type { Answer } from "./transport/transport.ts";
import { keyIdOf } from "./tuf/keys.ts";
import { timeText } from "./tuf/schema.ts";
import { SCHEMES, type SchemeName } from "./tuf/schemes.ts";

type Json = Record<string, unknown>;
interface RoleJson extends Json {
  keyids: string[];
  threshold: number;
}
interface SignedJson extends Json {
  version: number;
  expires: string;
}
interface RootJson extends SignedJson {
  keys: Record<string, Json>;
  roles: Record<string, RoleJson>;
}
interface MetaJson extends SignedJson {
  meta: Record<string, Json>;
}
interface TargetsJson extends SignedJson {
  targets: Record<string, Json>;
  delegations?: { keys: Record<string, Json>; roles?: Json[]; succinct_roles?: Json };
}

/** The time at which tests take place. */
export const NOW = new Date("2026-01-31T12:00:00Z");

/** `days` after `now`, as metadata has it. */
export const inDays = (days: number, now = NOW): string =>
  timeText(new Date(now.getTime() + days * 86_400_000));

/** A key that signs. */
export interface TestKey {
  readonly id: string;
  readonly json: Json;
  sign(message: Uint8Array): string;
}

/** A new key; `json` are further members of its document. */
export function testKey(scheme: SchemeName = "ed25519", json: Json = {}): TestKey {
  const key = generate(scheme);
  const { keytype } = SCHEMES[scheme];
  const spki = createPublicKey(key);
  const pem = spki.export({ type: "spki", format: "pem" }).toString();
  const hex = spki.export({ type: "spki", format: "der" }).subarray(-32).toString("hex");
  const keyval = { public: scheme === "ed25519" ? hex : pem };
  const own = rewritten(
    { id: "", json: {}, sign: signer(scheme, key) },
    { keytype, scheme, keyval, ...json },
  );
  return own;
}

/** The same key with other members of its document, and so with another id. */
export function rewritten(key: TestKey, json: Json): TestKey {
  const changed = { ...key.json, ...json };
  return { id: keyIdOf(changed), json: changed, sign: key.sign };
}

/** The same key of Ed25519, in the other way to write it. */
export function inPem(key: TestKey): TestKey {
  const { public: hex } = key.json["keyval"] as { public: string };
  const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(hex, "hex").toString("base64url") };
  const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
  return rewritten(key, { keyval: { public: pem.toString() } });
}

function generate(scheme: SchemeName): KeyObject {
  if (scheme === "ed25519") return generateKeyPairSync("ed25519").privateKey;
  if (scheme === "ecdsa-sha2-nistp256") return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
}

const signer = (scheme: SchemeName, key: KeyObject) => (message: Uint8Array) =>
  sign(
    scheme === "ed25519" ? null : "sha256",
    message,
    scheme === "rsassa-pss-sha256" ? { key, padding: constants.RSA_PKCS1_PSS_PADDING } : key,
  ).toString("hex");

/** The text of a document that says `signed`, signed by `keys`. */
export function signedBytes(signed: Json, keys: readonly TestKey[]): Uint8Array {
  const message = Buffer.from(canonicalize(signed));
  const signatures = keys.map((key) => ({ keyid: key.id, sig: key.sign(message) }));
  return Buffer.from(JSON.stringify({ signatures, signed }));
}

/** The code of the {@link BundleError} that `action` throws, "" if it throws none. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof BundleError) return error.code;
    throw error;
  }
  return "";
}

/** As {@link codeOf}, of a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BundleError) return error.code;
    throw error;
  }
  return "";
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Where the metadata of `role` is in a repository. */
export const metadataPath = (role: string, version: number): string =>
  `metadata/${role === "timestamp" ? "" : `${version}.`}${encodeURIComponent(role)}.json`;

/**
 * A repository: what is published next, as plain JSON to be changed in any way, and the files that its host serves. At
 * first each role has one key and a threshold of one, and version 1 is published.
 */
export class TestRepository {
  /** By their paths, as a transport takes them. */
  readonly files = new Map<string, Uint8Array>();
  /** Who signs what, by role. */
  readonly signers = new Map<string, readonly TestKey[]>();
  readonly root: RootJson;
  readonly timestamp: MetaJson;
  readonly snapshot: MetaJson;
  /** The top role `targets`, and those that are delegated to. */
  readonly targets: Map<string, TargetsJson>;
  /** Whether snapshot and timestamp say hashes and lengths, beside versions. */
  hashes = false;
  private readonly published = new Set<string>();

  /** @param now when it is made */
  constructor(private readonly now = NOW) {
    this.root = { ...document("root", 365, now), consistent_snapshot: true, keys: {}, roles: {} };
    this.timestamp = { ...document("timestamp", 7, now), meta: {} };
    this.snapshot = { ...document("snapshot", 30, now), meta: {} };
    this.targets = new Map([["targets", newTargets(now)]]);
    for (const role of ["root", "timestamp", "snapshot", "targets"]) this.setKeys(role, [testKey()]);
    this.publish("targets", "snapshot", "timestamp", "root");
  }

  /** Gives a top role other keys. They sign from now on, if not `signers` do. */
  setKeys(role: string, keys: readonly TestKey[], threshold = 1, signers = keys): void {
    for (const { id, json } of keys) this.root.keys[id] = json;
    this.root.roles[role] = { keyids: keys.map(({ id }) => id), threshold };
    this.signers.set(role, signers);
  }

  /** Makes `from` delegate to the role that `json` describes, behind those that it delegates to already. */
  delegate(from: string, name: string, json: Json = {}, keys: readonly TestKey[] = [testKey()]): void {
    const delegator = this.targetsOf(from);
    delegator.delegations ??= { keys: {}, roles: [] };
    for (const key of keys) delegator.delegations.keys[key.id] = key.json;
    const keyids = keys.map(({ id }) => id);
    const common = { name, keyids, threshold: 1, terminating: false };
    delegator.delegations.roles?.push({
      ...common,
      ...("path_hash_prefixes" in json ? {} : { paths: ["*"] }),
      ...json,
    });
    this.signers.set(name, [...(this.signers.get(name) ?? []), ...keys]);
    if (!this.targets.has(name)) this.targets.set(name, newTargets(this.now));
  }

  targetsOf(role: string): TargetsJson {
    const targets = this.targets.get(role);
    if (targets === undefined) throw new Error(`no role ${role}`);
    return targets;
  }

  /** Serves a target, and lists it. */
  addTarget(
    path: string,
    content: Uint8Array | string,
    { role = "targets", custom }: { role?: string; custom?: Json } = {},
  ): void {
    const bytes = Buffer.from(content);
    const sha256 = hashOf(bytes);
    this.targetsOf(role).targets[path] = {
      length: bytes.length,
      hashes: { sha256 },
      ...(custom === undefined ? {} : { custom }),
    };
    this.files.set(`targets/${path.replace(/[^/]*$/, (name) => `${sha256}.${name}`)}`, bytes);
  }

  /** Signs these roles, one after the other, under their next versions; whoever lists them learns of it. */
  publish(...roles: readonly string[]): void {
    for (const role of roles) {
      const signed = this.signedOf(role);
      if (this.published.has(role)) signed.version++;
      this.published.add(role);
      this.serve(role);
    }
  }

  /** Publishes new versions of all but the root. */
  publishAll(): void {
    this.publish(...this.targets.keys(), "snapshot", "timestamp");
  }

  /** As {@link publish} of one role, under the version that it has. */
  serve(role: string): void {
    const signed = this.signedOf(role);
    const bytes = signedBytes(signed, this.signers.get(role) ?? []);
    this.files.set(metadataPath(role, signed.version), bytes);
    const hashes = this.hashes ? { length: bytes.length, hashes: { sha256: hashOf(bytes) } } : {};
    const entry = { version: signed.version, ...hashes };
    if (role === "snapshot") this.timestamp.meta["snapshot.json"] = entry;
    else if (this.targets.has(role)) this.snapshot.meta[`${role}.json`] = entry;
  }

  /** What the host serves for a role in the version that was published last. */
  bytesOf(role: string, version = this.signedOf(role).version): Uint8Array {
    const bytes = this.files.get(metadataPath(role, version));
    if (bytes === undefined) throw new Error(`${role} has no version ${version}`);
    return bytes;
  }

  private signedOf(role: string): SignedJson {
    if (role === "root") return this.root;
    if (role === "timestamp") return this.timestamp;
    return role === "snapshot" ? this.snapshot : this.targetsOf(role);
  }
}

const document = (type: string, days: number, now: Date) => ({
  _type: type,
  spec_version: "1.0.34",
  version: 1,
  expires: inDays(days, now),
});

const newTargets = (now: Date): TargetsJson => ({ ...document("targets", 90, now), targets: {} });

/** A transport that writes down what it is asked for, and knows what it served before, as web servers do. */
export class RecordingTransport extends MemoryTransport {
  readonly requests: string[] = [];

  override async get(
    path: string,
    options: { readonly maxBytes: number; readonly etag?: string },
  ): Promise<Answer> {
    this.requests.push(path);
    const answer = await super.get(path, options);
    if (answer.status !== 200) return answer;
    const etag = `"${hashOf(answer.body)}"`;
    return etag === options.etag ? { status: 304 } : { ...answer, etag };
  }
}
