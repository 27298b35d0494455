import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { writeArchive } from "../archive/index.ts";
import { readBundle, readContent } from "./content.ts";
import { bundleFiles, METADATA, READ, readTest, refusalOf } from "./testing.ts";

const group = { uid: { type: "Group", id: "a" }, attrs: {}, parents: [] };

describe("what is in a bundle", () => {
  test("all of it", () => {
    const entity = {
      uid: { __entity: { type: "Group", id: "b" } },
      attrs: { x: [1, { y: true }] },
      parents: [group.uid],
    };
    const content = readBundle(
      writeArchive(
        bundleFiles({
          "metadata.json": { ...METADATA, kill: "a recall" },
          "schema.cedarschema": "entity Device;",
          "limits.json": { timeout_ms: 1000, queue: 0 },
          "entities/a.json": [group],
          "entities/b.json": [entity, group],
          "scripts/b.rhai": "2",
          "scripts/a-1.rhai": "1",
          "tests/t.json": [readTest("/a", "allow", { name: "t" })],
        }),
      ),
    );
    expect(content.metadata).toEqual({ ...METADATA, kill: "a recall" } as never);
    expect(content.policies).toEqual([{ name: "policies/read.cedar", text: READ }]);
    expect(content.schema?.text).toBe("entity Device;");
    expect(content.limits).toEqual({ timeout_ms: 1000, queue: 0 });
    expect(content.entities.map(({ value, file, index }) => [value.uid.id, file.name, index])).toEqual([
      ["a", "entities/a.json", 0],
      ["b", "entities/b.json", 0],
      ["a", "entities/b.json", 1],
    ]);
    expect([...content.scripts].map(([name, { text }]) => [name, text])).toEqual([
      ["a-1", "1"],
      ["b", "2"],
    ]);
    expect(content.tests[0]?.value.name).toBe("t");
  });

  test("least of all: whom it is for", () => {
    const content = readContent(bundleFiles({ "policies/read.cedar": undefined }));
    expect(content).toMatchObject({ policies: [], entities: [], tests: [], limits: {} });
    expect([content.schema, content.scripts.size]).toEqual([undefined, 0]);
  });

  test.each([
    ["no metadata", { "metadata.json": undefined }, "metadata.json: it is missing"],
    ["an unknown file", { "README.md": "" }, "README.md: a bundle has no such file; it has metadata.json, "],
    ["a file of another case", { "Metadata.json": "{}" }, "Metadata.json: a bundle has no such file"],
    ["a folder too many", { "policies/x/a.cedar": "" }, "policies/x/a.cedar: a name is of lower-case"],
    ["another ending", { "scripts/a.sh": "" }, "scripts/a.sh: a bundle has no such file"],
    ["no name", { "scripts/.rhai": "" }, "scripts/.rhai: a name is of lower-case letters"],
    ["a name of capitals", { "scripts/A.rhai": "" }, "scripts/A.rhai: a name is of lower-case letters"],
    ["a long name", { [`scripts/${"a".repeat(65)}.rhai`]: "" }, "has at most 64"],
    [
      "a byte order mark",
      { "policies/read.cedar": `\ufeff${READ}` },
      "policies/read.cedar: it begins with a byte order mark",
    ],
    [
      "another format",
      { "metadata.json": { ...METADATA, format: 2 } },
      "metadata.json:2: format: Invalid input",
    ],
    [
      "a fleet with a slash",
      { "metadata.json": { ...METADATA, fleet: "a/b" } },
      "metadata.json:3: fleet: must be of lower-case",
    ],
    [
      "a channel that goes up",
      { "metadata.json": { ...METADATA, channel: ".." } },
      "metadata.json:4: channel: must",
    ],
    [
      "a revision with a line",
      { "metadata.json": { ...METADATA, revision: "a\nb" } },
      "metadata.json:5: revision: must have 1 to 128",
    ],
    [
      "a time of a zone",
      { "metadata.json": { ...METADATA, created: "2026-01-31T12:00:00+01:00" } },
      "created: must be of the form",
    ],
    [
      "no such day",
      { "metadata.json": { ...METADATA, created: "2026-02-30T12:00:00Z" } },
      "created: must be",
    ],
    ["a kill without reason", { "metadata.json": { ...METADATA, kill: "" } }, "metadata.json:9: kill:"],
    [
      "an unknown name",
      { "metadata.json": { ...METADATA, owner: "x" } },
      'metadata.json:9: owner: Unrecognized key: "owner"',
    ],
    ["a limit of 0", { "limits.json": { timeout_ms: 0 } }, "limits.json:2: timeout_ms: Too small"],
    ["an unknown limit", { "limits.json": { memory: 1 } }, "limits.json:2: memory: Unrecognized"],
    ["entities that are no list", { "entities/a.json": group }, "entities/a.json:1: Invalid input"],
    [
      "an entity without attributes",
      { "entities/a.json": [group, { ...group, attrs: undefined }] },
      "entities/a.json:10: [1].attrs: Invalid input",
    ],
    [
      "a fraction",
      { "entities/a.json": [{ ...group, attrs: { x: 1.5 } }] },
      "entities/a.json:8: [0].attrs.x: must be",
    ],
    [
      "a number that is not exact",
      { "entities/a.json": '[{"uid":{"type":"A","id":"b"},"attrs":{"x":9007199254740993},"parents":[]}]' },
      "2^53",
    ],
    ["null", { "entities/a.json": [{ ...group, attrs: { x: null } }] }, "[0].attrs.x: must be"],
    [
      "a test without reason",
      { "tests/t.json": [{ ...readTest("/a", "allow"), reason: undefined }] },
      "tests/t.json:2: [0].reason: Invalid input",
    ],
    [
      "a test with entities in a file",
      { "tests/t.json": [readTest("/a", "allow", { entities: "e.json" })] },
      "[0].entities: Invalid input",
    ],
    ["a test of another decision", { "tests/t.json": [readTest("/a", "maybe" as never)] }, "[0].decision:"],
  ])("refuses %s", (_, texts, message) => {
    const said = refusalOf(() => readContent(bundleFiles(texts)));
    expect(said).toStartWith("bundle_invalid ");
    expect(said).toContain(message);
  });

  test("refuses what is no UTF-8", () => {
    const files = new Map([...bundleFiles(), ["scripts/a.rhai", Uint8Array.of(0xff)]]);
    expect(refusalOf(() => readContent(files))).toBe("bundle_invalid scripts/a.rhai: it is not UTF-8");
  });

  test("refuses more entities and tests than there may be", () => {
    const many = Array.from({ length: 10_001 }, (_, index) => ({
      ...group,
      uid: { type: "Group", id: `${index}` },
    }));
    const said = (path: string, list: readonly unknown[]) =>
      refusalOf(() => readContent(bundleFiles({ [path]: JSON.stringify(list) })));
    expect(said("entities/a.json", many)).toContain(
      "archive_too_large entities/a.json: it is beyond the limit bundleEntities",
    );
    expect(said("entities/a.json", many.slice(1))).toBe("");
    const tests = Array.from({ length: 2001 }, () => readTest("/a", "allow"));
    expect(said("tests/a.json", tests)).toContain("bundleTests: at most 2000");
  });
});

test("whatever is written into its files, they are a bundle or a refusal with the file", () => {
  const files = {
    "metadata.json": METADATA,
    "limits.json": { queue: 1 },
    "entities/a.json": [group, { ...group, uid: { type: "Group", id: "b" }, tags: { t: [1, { x: true }] } }],
    "tests/t.json": [readTest("/a", "allow")],
  };
  const texts = new Map(
    Object.entries(files).map(([name, value]) => [name, JSON.stringify(value, undefined, 1)]),
  );
  const name = fc.constantFrom(...texts.keys());
  const piece = fc.constantFrom(
    "",
    "{",
    "}",
    "[",
    "]",
    ",",
    '"',
    ":",
    "1",
    "-1",
    "1e400",
    "null",
    "\\u0000",
    "\ud800",
    "\n",
    '"__proto__":1,',
  );
  const edit = fc.tuple(fc.nat(600), fc.nat(3), piece);
  fc.assert(
    fc.property(name, fc.array(edit, { minLength: 1, maxLength: 3 }), (changed, edits) => {
      let text = texts.get(changed) ?? "";
      for (const [at, length, inserted] of edits) {
        const start = at % text.length;
        text = text.slice(0, start) + inserted + text.slice(start + length);
        if (text === "") text = " ";
      }
      const said = refusalOf(() =>
        readContent(bundleFiles({ ...Object.fromEntries(texts), [changed]: text })),
      );
      if (said !== "") expect(said).toStartWith(`bundle_invalid ${changed}`);
    }),
    { numRuns: 500 },
  );
});
