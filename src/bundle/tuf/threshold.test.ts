import { describe, expect, test } from "bun:test";
import { codeOf, rewritten, signedBytes, type TestKey, TestRepository, testKey } from "../testing.ts";
import { readKeys } from "./keys.ts";
import { readMetadata } from "./metadata.ts";
import { PROFILES } from "./profile.ts";
import type { KeyJson } from "./schema.ts";
import { expectSigned } from "./threshold.ts";

const { snapshot } = new TestRepository();
const [a, b, c] = [testKey(), testKey("ecdsa-sha2-nistp256"), testKey("rsassa-pss-sha256")];
const stranger = testKey();
const copy = rewritten(a, { "x-copy": 1 });
const keys = readKeys(
  Object.fromEntries([a, b, c, copy].map(({ id, json }) => [id, json as KeyJson])),
  PROFILES.remit,
);

function codeFor(threshold: number, ids: readonly string[], signers: readonly TestKey[]): string {
  const document = readMetadata("snapshot", signedBytes(snapshot, signers), PROFILES.remit);
  return codeOf(() => expectSigned("snapshot", { keyids: [...ids], threshold }, keys, document));
}

test.each([
  [1, [a.id], [a]],
  [1, [a.id, b.id], [b]],
  [2, [a.id, b.id], [b, a]],
  [2, [a.id, b.id], [stranger, b, a]],
])("threshold %i is reached", (threshold, ids, signers) => {
  expect(codeFor(threshold, ids, signers)).toBe("");
});

test.each([
  ["by nobody", 1, [a.id], []],
  ["by a key of another role", 1, [a.id], [b]],
  ["by a stranger", 1, [stranger.id], [stranger]],
  ["by one of two", 2, [a.id, b.id], [a]],
  ["by a key that is listed twice", 2, [a.id, a.id], [a]],
  ["by one key under two ids", 2, [a.id, copy.id], [a, copy]],
  ["by a scheme that does not count", 1, [c.id], [c]],
  ["by fewer than there are keys", 3, [a.id, b.id], [a, b]],
])("it is not reached %s", (_, threshold, ids, signers) => {
  expect(codeFor(threshold, ids, signers)).toBe("bad_signature");
});

describe("a signature that is not valid", () => {
  const valid = JSON.parse(Buffer.from(signedBytes(snapshot, [a, b])).toString());
  const codeWith = (threshold: number, sig: string) => {
    const signatures = [valid.signatures[0], { keyid: b.id, sig }];
    const bytes = Buffer.from(JSON.stringify({ ...valid, signatures }));
    const document = readMetadata("snapshot", bytes, PROFILES.remit);
    return codeOf(() => expectSigned("snapshot", { keyids: [a.id, b.id], threshold }, keys, document));
  };

  test.each(["", "00", "30", "ff".repeat(64), "30460221".padEnd(144, "0")])(
    "%j counts not, and does no harm",
    (sig) => {
      expect(codeWith(1, sig)).toBe("");
      expect(codeWith(2, sig)).toBe("bad_signature");
    },
  );
});
