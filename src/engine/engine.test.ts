import { describe, expect, test } from "bun:test";
import { Char, EnumValue, HostObject, Terminated, Thrown, type Value } from "rhai-wasm";
import { createEngineSync, type RunInput, type RunResult } from "./index.ts";
import { each, Handle, input, LIMITS, MEMORY, type TestFunction, testHost } from "./testing.ts";

const handles: Handle[] = [];
const open = (name: string): Handle => {
  const handle = new Handle(name);
  handles.push(handle);
  return handle;
};

const FUNCTIONS: readonly TestFunction[] = [
  { name: "echo", parameters: ["any"], perform: ([value = null]) => value },
  { name: "open", parameters: ["String"], perform: ([name]) => open(String(name)) },
  { name: "name", kind: "getter", parameters: ["Handle"], perform: ([handle]) => (handle as Handle).name },
  { name: "same", parameters: ["Handle"], perform: ([handle = null]) => handle },
  { name: "each", parameters: ["Array", "FnPtr"], perform: ([values, fn]) => each(fn, values as Value[]) },
  {
    name: "refuse",
    parameters: ["any"],
    perform: ([value = null]) => {
      throw new Thrown(value);
    },
  },
  {
    name: "end",
    parameters: [],
    perform: () => {
      throw new Terminated("ended by the host");
    },
  },
  {
    name: "broken",
    parameters: [],
    perform: () => {
      throw new Error("a fault of the host");
    },
  },
  { name: "kind", parameters: ["i64"], perform: () => "integer" },
  { name: "kind", parameters: ["Handle"], perform: () => "handle" },
  { name: "kind", parameters: ["Colour"], perform: () => "colour" },
  { name: "twice", module: "tools", parameters: ["i64"], perform: ([n]) => (n as bigint) * 2n },
  { name: "+", kind: "operator", parameters: ["Colour", "Colour"], perform: () => "mixed" },
  { name: "line", parameters: [], perform: (_, { line, column }) => `${line}:${column}` },
];
const debugged: string[] = [];
const { manifest, host } = testHost(FUNCTIONS, {
  constants: [
    { module: "Colour", name: "RED", value: new EnumValue("Colour", 0, "Red") },
    { module: "Colour", name: "GREEN", value: new EnumValue("Colour", 1, "Green") },
  ],
  debug: (text) => debugged.push(text),
  importModule: (path) =>
    path === "lib"
      ? { name: "lib", source: "export const N = 2; fn add(n) { n + 1 }" }
      : path.startsWith("chain")
        ? { name: path, source: `import "${path}1" as next;` }
        : path === "ring"
          ? { name: path, source: 'import "ring" as again;' }
          : undefined,
});
const engine = createEngineSync(manifest, MEMORY);
const run = (script: string, more: Partial<RunInput> = {}): Promise<RunResult> =>
  engine.run(input(script, host, more));
const text = async (script: string, more: Partial<RunInput> = {}): Promise<string> => {
  const result = await run(script, more);
  return result.status === "ok" ? result.text : `${result.kind} ${result.limit ?? result.message}`;
};

for (const walkAst of [false, true]) {
  describe(walkAst ? "AST walker" : "Grain", () => {
    const ok = (script: string) => text(script, { walkAst });

    test("values cross and come back", async () => {
      const values = "[1, -9223372036854775808, 2.5, true, (), \"ü→🚀\", 'c', [[], #{}], #{ a: 1 }]";
      expect(await ok(`echo(${values})`)).toBe(await ok(values));
      expect(await ok("echo(blob(3, 7))")).toBe("[070707]");
      expect(await ok("echo(1..3)")).toBe("1..3");
    });
    test("overloads are told apart by type", async () => {
      expect(await ok('[kind(1), kind(open("a")), kind(Colour::RED)]')).toBe(
        '["integer", "handle", "colour"]',
      );
      expect(await ok('kind("x")')).toStartWith("runtime Function not found: kind (&str");
    });
    test("types have the manifest's names", async () => {
      expect(await ok('[type_of(open("a")), type_of(Colour::RED)]')).toBe('["test::Handle", "Colour"]');
      expect(await ok('[open("a"), Colour::RED]')).toBe("[test::Handle, test::Colour]");
    });
    test("enumerations compare and print", async () => {
      expect(await ok("[Colour::RED == Colour::RED, Colour::RED != Colour::RED, `${Colour::GREEN}`]")).toBe(
        '[true, false, "Green"]',
      );
      expect(await ok("Colour::RED + Colour::GREEN")).toBe("mixed");
    });
    test("modules, getters, methods", async () => {
      expect(await ok('[tools::twice(4), open("a").name, open("b").same().name]')).toBe('[8, "a", "b"]');
    });
    test("closures are called by the host", async () => {
      expect(await ok("let k = 10; each([1, 2, 3], |n| n * k)")).toBe("[10, 20, 30]");
      expect(await ok("each([1, 2], |n| each([n, n + 1], |m| m * n))")).toBe("[[1, 2], [4, 6]]");
      expect(await ok('try { each([1], |n| throw "no") } catch (e) { e }')).toBe("");
      expect(await ok('let r = 0; try { each([1], |n| throw "no") } catch (e) { r = e } r')).toBe("no");
    });
    test("the host throws what the script catches", async () => {
      expect(
        await ok("let r = 0; try { refuse(#{ a: Colour::RED }) } catch (e) { r = e } r.a == Colour::RED"),
      ).toBe("true");
      expect(await run('\n  refuse("no")', { walkAst })).toMatchObject({
        kind: "runtime",
        message: "Runtime error: no (line 2, position 3)",
        thrown: "no",
        position: { line: 2, column: 3 },
      });
    });
    test("the host ends the run, and the script cannot catch it", async () => {
      expect(await ok("try { end() } catch (e) { 1 }")).toBe("terminated ended by the host");
    });
    test("calls know their line", async () => {
      expect(await ok("\n\n let x = line();\nx")).toBe("3:10");
    });
    test("modules come from the host, once", async () => {
      expect(await ok('import "lib" as l; import "lib" as m; l::add(m::N)')).toBe("3");
      expect(await ok('import "nil" as l; 1')).toBe("runtime Module not found: nil (line 1, position 8)");
    });
    test("a module that imports itself is an error", async () => {
      expect(await ok('import "ring" as r; 1')).toContain("Circular import: ring");
    });
    test("variables of the scope", async () => {
      const scope = new Map<string, Value>([["a", [1n, "x"]]]);
      expect(await text("a.push(2); a", { walkAst, scope })).toBe('[1, "x", 2]');
    });
    test("loops with a counter beside variables of the scope", async () => {
      const scope = new Map<string, Value>([
        ["a", "x"],
        ["b", "y"],
      ]);
      const loop = "let r = []; for (n, i) in [7, 8] { r.push(`${n}${i}${a}${b}`); } r";
      const hidden = loop.replace("for (", "for /* ( */ (");
      const closure = "each([1], |n| { let r = []; for (m, i) in [7, 8] { r.push(i) } r })";
      for (const [script, expected] of [
        [loop, '["70xy", "81xy"]'],
        [hidden, '["70xy", "81xy"]'],
        [closure, "[[0, 1]]"],
      ] as const) {
        expect(await text(script, { walkAst, scope })).toBe(expected);
      }
    });

    const endless: readonly (readonly [string, string, string])[] = [
      ["a loop", "loop {}", "timeMs"],
      ["a loop over numbers", "let n = 9223372036854775807; for i in 0..n {}", "timeMs"],
      ["a loop with continue", "let n = 9223372036854775807; for i in 0..n { continue; }", "timeMs"],
      ["an empty while", "let n = true; while n {}", "timeMs"],
      ["an empty do", "let n = true; do {} while n", "timeMs"],
      ["recursion", "fn f(n) { f(n + 1) } f(0)", "callDepth"],
      ["a string", 'let s = "x"; loop { s += s }', "stringBytes"],
      ["an array", "let a = [0]; loop { a += a }", "arrayItems"],
      ["pushes", "let a = []; loop { a.push(0) }", "arrayItems"],
      ["a map", "let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1 }", "mapItems"],
      ["many strings", 'let a = []; loop { let s = ""; s.pad(1000000, "x"); a.push(s) }', "memoryBytes"],
      ["handles", 'let a = []; loop { a.push(open("h")) }', "objects"],
      ["a sleep", "sleep(1000)", "timeMs"],
      ["imports", 'import "chain" as c;', "modules"],
    ];
    for (const [what, script, limit] of endless) {
      test(`${what} without end is ended by ${limit}`, async () => {
        const limits = { ...LIMITS, timeMs: limit === "timeMs" ? 100 : LIMITS.timeMs };
        const result = await run(script, { walkAst, limits });
        expect(result).toMatchObject({ status: "error", kind: "limit", limit });
        if (result.status === "error") expect(result.position.line).toBe(1);
        expect(await ok("1 + 1")).toBe("2");
      });
    }
    test("operations are bounded", async () => {
      expect(
        await text("for i in 0..1000 { let x = i + 1; } 7", {
          walkAst,
          limits: { ...LIMITS, operations: 100 },
        }),
      ).toBe("limit operations");
      expect(
        await text("for i in 0..10 { let x = i + 1; } 7", {
          walkAst,
          limits: { ...LIMITS, operations: 100 },
        }),
      ).toBe("7");
    });
  });
}

test("a run leaves nothing to the next", async () => {
  await run("fn left() { 1 } let a = 2; const B = 3;");
  expect(await text("left()")).toStartWith("runtime Function not found: left");
  expect(await text("a")).toStartWith("parse Syntax error: Undefined variable: a");
});

test("handles are released once, when dropped or when the run ends", async () => {
  handles.length = 0;
  await run('let a = open("a"); let b = a; let c = same(a); open("b"); a = 1; b = 1; open("c")');
  expect(handles.map(({ name, released }): [string, number] => [name, released])).toEqual([
    ["a", 1],
    ["b", 1],
    ["c", 1],
  ]);
});

test("a dropped handle is released while the script runs", async () => {
  handles.length = 0;
  const seen: number[] = [];
  const cancelled = () => {
    const [first] = handles;
    if (first) seen.push(first.released);
    return undefined;
  };
  await run('let a = open("a"); a = (); echo(1)', { cancelled });
  expect(seen.at(-1)).toBe(1);
});

test("a script that does not compile says where", async () => {
  expect(await run("let x = ;")).toMatchObject({
    kind: "parse",
    message: "Syntax error: Unexpected ';' (line 1, position 9)",
    position: { line: 1, column: 9 },
  });
  expect(await text("(".repeat(100_000))).toStartWith("parse Syntax error: Expression exceeds maximum");
  expect(await text("[".repeat(100_000))).toStartWith("parse Syntax error: Expression exceeds maximum");
});

test("a script is bounded before it is compiled", async () => {
  expect(await text(`/*${"x".repeat(LIMITS.scriptBytes)}*/`)).toBe("limit scriptBytes");
});

test("cancelling ends the run with its reason", async () => {
  let asked = 0;
  const cancelled = () => (++asked > 3 ? "stopped by its owner" : undefined);
  expect(await text("loop {}", { cancelled })).toBe("terminated stopped by its owner");
  expect(await text("let x = 0; for i in 0..9 { x = echo(i) } x", { cancelled: () => "no" })).toBe(
    "terminated no",
  );
});

test("a fault of the host ends the run as the host's, and the next run works", async () => {
  expect(run("try { broken() } catch (e) { 1 }")).rejects.toThrow("a fault of the host");
  expect(await text("echo(1)")).toBe("1");
});

test("one run at a time", async () => {
  const other = createEngineSync(
    testHost([{ name: "wait", parameters: [], waits: true, perform: () => Promise.resolve("later") }])
      .manifest,
    MEMORY,
  );
  const wait = testHost([{ name: "wait", parameters: [], perform: () => Promise.resolve("later") }]).host;
  const first = other.run(input("wait()", wait));
  expect(other.run(input("1", wait))).rejects.toThrow("running");
  expect(await first).toEqual({ status: "ok", text: "later" });
});

test("a function that waits longer than the run may is ended", async () => {
  const functions: TestFunction[] = [
    { name: "wait", parameters: [], waits: true, perform: () => new Promise<Value>(() => undefined) },
  ];
  const slow = testHost(functions);
  const waiting = createEngineSync(slow.manifest, MEMORY);
  const result = await waiting.run(input("wait()", slow.host, { limits: { ...LIMITS, timeMs: 100 } }));
  expect(result).toMatchObject({ kind: "limit", limit: "timeMs" });
  expect(await waiting.run(input("2", slow.host))).toEqual({ status: "ok", text: "2" });
});

test("debug texts reach the host", async () => {
  debugged.length = 0;
  await run('debug("a\\nb"); debug(open("x"));');
  expect(debugged).toEqual(['"a\\nb"', "test::Handle"]);
});

test("a value nested too deeply is an error of the script", async () => {
  expect(await text("let a = []; for i in 0..200 { a = [a]; } echo(a)")).toStartWith(
    "runtime Runtime error: Value is",
  );
});

test("a mistake in the tables is found when the engine is made", () => {
  const wrong = testHost([{ name: "f", parameters: ["Nothing"], perform: () => null }]);
  expect(() => createEngineSync(wrong.manifest, MEMORY)).toThrow("no type Nothing");
});

test("an object without a type is the host's fault", () => {
  class Stray extends HostObject {}
  const stray = testHost([{ name: "f", parameters: [], perform: () => new Stray() }]);
  expect(createEngineSync(stray.manifest, MEMORY).run(input("f()", stray.host))).rejects.toThrow("Stray");
});

test("characters cross as one scalar value", async () => {
  const seen: Value[] = [];
  const watching = testHost([
    {
      name: "see",
      parameters: ["any"],
      perform: ([value = null]) => {
        seen.push(value);
        return null;
      },
    },
  ]);
  await createEngineSync(watching.manifest, MEMORY).run(input("see('🚀')", watching.host));
  expect(seen).toEqual([new Char("🚀")]);
});

describe("an engine from an image", () => {
  const image = createEngineSync(manifest, MEMORY).image();
  const run = async (bytes: Uint8Array, script: string) =>
    createEngineSync(manifest, { ...MEMORY, image: bytes }).run(input(script, host));

  test("has the functions of its manifest, run after run", async () => {
    expect(await run(image, "tools::twice(4) + 1")).toEqual({ status: "ok", text: "9" });
    const other = createEngineSync(manifest, { ...MEMORY, image });
    expect(await other.run(input("fn f() { f() } f()", host))).toMatchObject({ status: "error" });
    expect(await other.run(input("tools::twice(1)", host))).toEqual({ status: "ok", text: "2" });
  });

  test("an image of another manifest is ignored", async () => {
    const foreign = image.slice();
    foreign[0] = (foreign[0] ?? 0) ^ 1;
    foreign.fill(0, 1000);
    expect(await run(foreign, "tools::twice(4)")).toEqual({ status: "ok", text: "8" });
  });
});
