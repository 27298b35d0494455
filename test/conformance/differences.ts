import type { Case, Observed } from "./case.ts";

/** What must be seen instead of the record, for a case that differs from the reference on purpose. */
interface Difference {
  /** Why, for a case that does not say so itself. */
  readonly reason?: string;
  readonly expect: Partial<Observed>;
  readonly compare?: Partial<Case["compare"]>;
}

const denied = (verb: string, entity: string): Difference => ({
  expect: { status: "ERROR", error_type: "ACCESS_DENIED_EXCEPTION" },
  compare: {
    message: `contains:unauthorized to perform file_system::Action::"${verb}" for file_system::${entity}`,
  },
});

/** The result of `try { cat(docs/a.txt) }` in the cases about forbids that fail. */
const openOfDocsDenied = JSON.stringify({
  v: [
    'PermissionDenied|Permission denied: {{USER}} unauthorized to perform file_system::Action::"open" for file_system::Dir::{{ROOT}}/docs',
  ],
});

const mkdirDenied =
  'PermissionDenied|Permission denied: {{USER}} unauthorized to perform file_system::Action::"open" for file_system::Dir::{{ROOT}}/have';

const file = (content: string, mode = "644") => ({ type: "file", mode, content });
const folder = (...names: readonly string[]) => ({ type: "dir", mode: "755", names });
const absent = { type: "absent" };

/** By case id; the case's `difference` field says the same in words. */
export const DIFFERENCES: { readonly [id: string]: Difference } = {
  "lang-import-missing": denied("open", "Dir::"),
  "lang-import-file": { expect: {} },
  "runner-import-missing": denied("open", "Dir::{{ROOT}}"),
  "runner-throw-map-network-kind": {
    expect: { message: "fetch: RequestError: offline (line 1, position 1)" },
  },
  "runner-message-limit-unicode": {
    expect: { message: `Runtime error: ${"é".repeat(600)} (line 2, position 1) (line 2, position 1)` },
  },
  "runner-action-group-read": {
    expect: { status: "SUCCESS", error_type: undefined, output: "alpha\n" },
    compare: { output: "exact" },
  },
  "runner-action-group-forbid": denied("open", "Dir::{{ROOT}}/docs"),
  "runner-forbid-error-skipped": { expect: { output: openOfDocsDenied } },
  "runner-forbid-type-error-skipped": { expect: { output: openOfDocsDenied } },
  "io-write-atomic-through-followed-link": {
    expect: {
      after: {
        "real/data.txt": file("via link"),
        "links/cur": { type: "symlink", target: "../real/data.txt" },
        links: folder("cur"),
      },
    },
  },
  "io-handle-after-delete": {
    expect: {
      status: "ERROR",
      error_type: "SCRIPT_EXCEPTION",
      after: { "": folder("n"), n: file("second") },
    },
    compare: { message: "contains:IoErrorKind: ", after: ["", "n"] },
  },
  "content-gzip-compress-dest-write-denied": { expect: {} },
  "content-tar-special-mode-bits": {
    expect: { after: { "out/tool": file("x", "755"), "out/drop": { type: "dir", mode: "755", names: [] } } },
  },
  "helper-cp-denied-read-leaves-empty-target": { expect: { after: { t: absent, s: file("data") } } },
  "helper-mv-denied-reopen-after-move": {
    expect: { after: { a: file("1"), sub: folder(), "sub/a": absent } },
  },
  "helper-rm-directory-symlink": {
    expect: { after: { ".": folder("real"), ld: absent, real: folder("a", "b") } },
  },
  "helper-mkdir-parents-existing-needs-nothing": {
    expect: { output: JSON.stringify({ dir: mkdirDenied, file: mkdirDenied, plain: mkdirDenied }) },
  },
  "helper-write-append-read-denied-overwrites": {
    ...denied("read", "File::{{ROOT}}/journal"),
    expect: {
      status: "ERROR",
      error_type: "ACCESS_DENIED_EXCEPTION",
      after: { journal: file("entry 1\nentry 2\n") },
    },
  },
  "helper-write-append-not-utf8-overwrites": {
    reason: "Nothing may be lost: what is appended to need not be UTF-8.",
    expect: { after: { raw: { type: "file", mode: "644", base64: "//4AYnl0ZXN0ZXh0" } } },
  },
  "sys-memory-getter-type": {
    reason: "Unsigned numbers are ordinary integers where they fit.",
    expect: { output: '["i64", "i64", true, true]' },
  },
  "sys-client-redirect": {
    expect: { status: "ERROR", error_type: "ACCESS_DENIED_EXCEPTION" },
    compare: {
      message: 'contains:unauthorized to perform network::Action::"GET" for network::url::"{{HTTP}}/health"',
    },
  },
  "sys-datetime-parse-offset": {
    expect: { output: "[9, 20, 0, 1710014400, 10, 8, 1710059400]" },
  },
  "helper-write-denied-write-new-file": { expect: { after: { f: absent } } },
};

/** Why `candidate` differs on purpose, if it does. */
export const differenceOf = ({ id, difference }: Case): string | undefined =>
  difference ?? DIFFERENCES[id]?.reason;

/** `candidate` with what must be seen instead of the record. */
export function withDifference(candidate: Case, user: string): Case {
  const difference = DIFFERENCES[candidate.id];
  if (!difference)
    throw new Error(`${candidate.id} differs from the reference, but DIFFERENCES says not how`);
  const expected = JSON.parse(
    JSON.stringify({ ...candidate.expect, ...difference.expect }).replaceAll("{{USER}}", user),
  ) as Observed;
  return { ...candidate, compare: { ...candidate.compare, ...difference.compare }, expect: expected };
}
