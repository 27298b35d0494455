import { describe, expect, test } from "bun:test";
import { Metadata, type MetadataKind } from "@tufjs/models";
import fc from "fast-check";
import { LIMITS } from "../../platform/limits.ts";
import { codeOf, inDays, rewritten, signedBytes, TestRepository, testKey } from "../testing.ts";
import { readMetadata } from "./metadata.ts";
import { PROFILES } from "./profile.ts";
import type { MetadataType } from "./schema.ts";
import { expectSigned } from "./threshold.ts";

const repository = new TestRepository();
repository.delegate("targets", "team", { paths: ["team/*"] });
repository.addTarget("fleet/prod.tar.gz", "bundle", { custom: { revision: "1" } });
repository.publishAll();
const DOCUMENTS = {
  root: repository.root,
  timestamp: repository.timestamp,
  snapshot: repository.snapshot,
  targets: repository.targetsOf("targets"),
};
const TYPES: readonly MetadataType[] = ["root", "timestamp", "snapshot", "targets"];

const read = (type: MetadataType, bytes: Uint8Array | string) =>
  readMetadata(type, Buffer.from(bytes), PROFILES.remit);
const textOf = (type: MetadataType): string => Buffer.from(repository.bytesOf(type)).toString();
const refused = (type: MetadataType, text: Uint8Array | string) => codeOf(() => read(type, text));
const signed = (json: object) => signedBytes({ ...json }, []);

describe.each(TYPES)("%s", (type) => {
  test("is read, and its bytes are kept", () => {
    const document = read(type, `${textOf(type)}\r\n`);
    expect(document.signed).toMatchObject({ _type: type, version: DOCUMENTS[type].version });
    expect(Buffer.from(document.bytes).toString()).toBe(`${textOf(type)}\r\n`);
  });

  test("another implementation finds the same in it, and the same signatures valid", () => {
    // Its types want the type of a document to be known here.
    const theirs = (kind: string, bytes: Uint8Array) =>
      Metadata.fromJSON(kind as MetadataKind.Root, JSON.parse(Buffer.from(bytes).toString()));
    const document = theirs(type, repository.bytesOf(type));
    expect(() => theirs("root", repository.bytesOf("root")).verifyDelegate(type, document)).not.toThrow();
    const ours = [read("root", textOf("root")), read(type, textOf(type))] as const;
    const { roles } = readMetadata("root", repository.bytesOf("root"), PROFILES.remit).signed;
    expect(() => expectSigned(type, roles[type], ours[0].keys, ours[1])).not.toThrow();
    expect(ours[1].signed.expires).toEqual(new Date(document.signed.expires));
    expect(ours[1].signed.version).toBe(document.signed.version);
  });

  // A reader that takes less than this could be led to other content than one that takes more.
  test.each<[string, (text: string) => string | Uint8Array]>([
    ["a BOM", (text) => `\ufeff${text}`],
    ["a byte that is not UTF-8", (text) => Buffer.concat([Buffer.from(text), Buffer.of(0xff)])],
    ["a version that occurs twice", (text) => text.replace('"version":', '"version":1,"version":')],
    ["a member that occurs twice", (text) => text.replace('{"signatures"', '{"signed":{},"signatures"')],
    ["no JSON", () => "<html>"],
    ["nothing", () => ""],
    ["an end too early", (text) => text.slice(0, -1)],
    ["too deep a member", (text) => text.replace("{", `{"x":${"[".repeat(40)}${"]".repeat(40)},`)],
    ["signatures that are none", (text) => text.replace('"sig":"', '"sig":"zz')],
  ])("with %s is refused", (_, change) => {
    expect(refused(type, change(textOf(type)))).toBe("metadata_invalid");
  });

  test.each<[string, object]>([
    ["version as text", { version: "1" }],
    ["version 0", { version: 0 }],
    ["a fraction as version", { version: 1.5 }],
    ["a version that is not exact", { version: 2 ** 53 }],
    ["another type", { _type: type === "targets" ? "snapshot" : "targets" }],
    ["a major version that is not known", { spec_version: "2.0.0" }],
    ["a day that does not exist", { expires: "2026-02-30T00:00:00Z" }],
    ["a time with an offset", { expires: "2026-02-20T00:00:00+01:00" }],
    ["a time with a fraction", { expires: "2026-02-20T00:00:00.5Z" }],
    ["no time", { expires: 1 }],
    ["a fraction in a member of others", { "x-other": 0.5 }],
  ])("with %s is refused", (_, change) => {
    const bytes = signedUnchecked({ ...DOCUMENTS[type], ...change });
    expect(refused(type, bytes)).toBe("metadata_invalid");
  });

  test("of the largest size is read, of one byte more not", () => {
    const most = {
      root: "rootBytes",
      timestamp: "timestampBytes",
      snapshot: "snapshotBytes",
      targets: "targetsBytes",
    };
    const maximum = LIMITS[most[type] as "rootBytes"];
    expect(read(type, textOf(type).padEnd(maximum)).signed._type).toBe(type);
    expect(refused(type, textOf(type).padEnd(maximum + 1))).toBe("metadata_invalid");
  });

  test("with members of others is read", () => {
    const change = { "x-other": { a: [1, null, "ä"] } };
    expect(read(type, signed({ ...DOCUMENTS[type], ...change })).signed._type).toBe(type);
  });
});

/** As {@link signed}, of what cannot be signed: fractions have no canonical form. */
const signedUnchecked = (json: object) => JSON.stringify({ signatures: [], signed: json });

describe("a root", () => {
  const { roles } = repository.root;
  const key = testKey();
  test.each<[string, object]>([
    ["without consistent snapshots", { consistent_snapshot: false }],
    ["without a role", { roles: { ...roles, snapshot: undefined } }],
    ["with a threshold of 0", { roles: { ...roles, root: { ...roles["root"], threshold: 0 } } }],
    [
      "with a threshold that is no integer",
      { roles: { ...roles, root: { ...roles["root"], threshold: 1.5 } } },
    ],
    ["with a key id that is none", { roles: { ...roles, root: { keyids: ["__proto__"], threshold: 1 } } }],
  ])("%s is refused", (_, change) => {
    expect(refused("root", signedUnchecked({ ...repository.root, ...change }))).toBe("metadata_invalid");
  });

  test("whose role has one key under two ids is refused; with two keys it is taken", () => {
    const withKeys = (...keys: readonly (typeof key)[]) =>
      signed({
        ...repository.root,
        keys: { ...repository.root.keys, ...Object.fromEntries(keys.map(({ id, json }) => [id, json])) },
        roles: { ...roles, targets: { keyids: keys.map(({ id }) => id), threshold: 2 } },
      });
    expect(refused("root", withKeys(key, rewritten(key, { "x-copy": 1 })))).toBe("metadata_invalid");
    expect(refused("root", withKeys(key, testKey()))).toBe("");
  });
});

describe("targets", () => {
  const base = { ...repository.targetsOf("targets"), delegations: undefined };
  const role = { name: "a", keyids: [], threshold: 1, terminating: false };
  test.each<[string, object]>([
    ["a length below 0", { targets: { a: { length: -1, hashes: {} } } }],
    ["a hash that is none", { targets: { a: { length: 1, hashes: { sha256: "00" } } } }],
    ["no hashes", { targets: { a: { length: 1 } } }],
    [
      "a delegation with paths and prefixes",
      { delegations: { keys: {}, roles: [{ ...role, paths: [], path_hash_prefixes: [] }] } },
    ],
    ["a delegation with neither", { delegations: { keys: {}, roles: [role] } }],
    ["a delegation to no name", { delegations: { keys: {}, roles: [{ ...role, name: "", paths: [] }] } }],
    [
      "two delegations of one name",
      {
        delegations: {
          keys: {},
          roles: [
            { ...role, paths: [] },
            { ...role, paths: [] },
          ],
        },
      },
    ],
    [
      "a delegation to a top role",
      { delegations: { keys: {}, roles: [{ ...role, name: "snapshot", paths: [] }] } },
    ],
    [
      "more bins than there are",
      {
        delegations: {
          keys: {},
          succinct_roles: { keyids: [], threshold: 1, bit_length: 33, name_prefix: "a" },
        },
      },
    ],
  ])("with %s are refused", (_, change) => {
    expect(refused("targets", signedUnchecked({ ...base, ...change }))).toBe("metadata_invalid");
  });
});

test("two signatures of one key are refused, whether they are valid or not", () => {
  const parsed = JSON.parse(textOf("root"));
  parsed.signatures.push(parsed.signatures[0]);
  expect(refused("root", JSON.stringify(parsed))).toBe("metadata_invalid");
});

test("whatever comes is read or refused, and never another error", () => {
  const text = textOf("targets");
  fc.assert(
    fc.property(fc.nat(text.length), fc.string({ maxLength: 8 }), fc.nat(8), (at, inserted, removed) => {
      const code = refused("targets", text.slice(0, at) + inserted + text.slice(at + removed));
      expect(["", "metadata_invalid"]).toContain(code);
    }),
  );
});

test("what is read is what is signed: no change of the content keeps the signature", () => {
  const text = textOf("timestamp");
  const root = readMetadata("root", repository.bytesOf("root"), PROFILES.remit);
  const original = readMetadata("timestamp", Buffer.from(text), PROFILES.remit).signed;
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 3 }), (at, replaced) => {
      const changed = text.slice(0, at) + replaced + text.slice(at + replaced.length);
      const code = codeOf(() => {
        const document = readMetadata("timestamp", Buffer.from(changed), PROFILES.remit);
        expectSigned("timestamp", root.signed.roles.timestamp, root.keys, document);
        expect(document.signed).toEqual(original);
      });
      expect(["", "metadata_invalid", "bad_signature"]).toContain(code);
    }),
  );
});

test("the dates of tests are those of metadata", () => {
  expect(read("root", textOf("root")).signed.expires).toEqual(new Date(inDays(365)));
});
