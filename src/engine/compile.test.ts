import { expect, test } from "bun:test";
import { compileFault } from "./compile.ts";
import { createEngineSync } from "./index.ts";
import { LIMITS, MEMORY, testHost } from "./testing.ts";

let calls = 0;
const { manifest } = testHost([
  {
    name: "touch",
    parameters: [],
    perform: () => {
      calls++;
      return null;
    },
  },
]);
const engine = createEngineSync(manifest, MEMORY);
const fault = (script: string) => compileFault(engine, script, LIMITS);

test.each([
  "",
  "touch(); loop {}",
  "fn twice(n) { n * 2 }\ntwice(21)",
  "const X = 1;\nexport const Y = 2;",
  'import "somewhere" as there; there::begin()',
  "// its arguments\nlet all = directory + log; for (item, index) in all { touch(keep) }",
  "return 5",
  "throw 1",
])("%j compiles, and nothing of it runs", async (script) => {
  expect(await fault(script)).toBeUndefined();
  expect(calls).toBe(0);
});

test.each([
  ["let x = ;", "Unexpected ';'", 1, 9],
  ["]", "Unexpected ']'", 1, 1],
  ["let a = 1;\n\nlet b = a +* 2;", "Unexpected '*'", 3, 12],
  ["break;", "Break statement should only be used inside a loop", 1, 1],
  ["given + other;\nlet = 2;", "Expecting name of a variable", 2, 5],
  ["fn f() { outside }\nfn g( {", "Expecting ')' to close the parameters", 2, 7],
])("%j does not", async (script, message, line, column) => {
  const found = await fault(script);
  expect(found).toMatchObject({ line, column });
  expect(found?.message).toContain(message);
});

test("what nests without end, or is too large, is a fault and not the end of the engine", async () => {
  expect(await fault("(".repeat(100_000))).toMatchObject({ line: 1 });
  expect((await fault(`/* ${"x".repeat(2 ** 20)} */`))?.message).toContain(
    "scriptBytes".slice(0, 0) || "bytes",
  );
  expect(await fault("1 + 1")).toBeUndefined();
});
