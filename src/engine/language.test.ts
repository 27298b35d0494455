/** What the engine adds to Rhai or shows otherwise than a plain build of it, on both of its machines. */
import { describe, expect, test } from "bun:test";
import { EnumValue, type TypeDefinition } from "rhai-wasm";
import { createEngineSync } from "./index.ts";
import { Handle, input, MEMORY, type TestFunction, testHost } from "./testing.ts";

const handles: Handle[] = [];
const functions: TestFunction[] = [
  {
    name: "open",
    parameters: [],
    perform: () => {
      const handle = new Handle("x");
      handles.push(handle);
      return handle;
    },
  },
];
const sources: { readonly [path: string]: string } = {
  "/lib/ok": "fn halve(x) { x / 0 }",
  "/lib/wrong": "let x = ;",
  "/lib/fails": "\n1 / 0",
};
const { manifest, host } = testHost(functions, {
  constants: ["Colour", "Kind", "Flag"].map((module) => ({
    module,
    name: "Red",
    value: new EnumValue(module, 0, "Red"),
  })),
  importModule: (path) => {
    const source = sources[path];
    return source === undefined ? undefined : { name: `${path}.rhai`, source };
  },
});
const kinds: readonly TypeDefinition[] = [
  { name: "Kind", values: ["Red"], shows: "variable's name" },
  { name: "Flag", values: ["Red"], shows: "type", compares: false },
];
const engine = createEngineSync({ ...manifest, types: [...manifest.types, ...kinds] }, MEMORY);

for (const walkAst of [false, true]) {
  const run = (script: string) => engine.run(input(script, host, { walkAst }));
  const text = async (script: string): Promise<string> => {
    const result = await run(script);
    return result.status === "ok" ? result.text : result.message;
  };

  describe(walkAst ? "walking the AST" : "in bytecode", () => {
    test("parse_json takes any JSON, and nothing else", async () => {
      const parsed: { readonly [json: string]: string } = {
        '{"b": 1, "a": [null, true, 2.5, "x\\u00e9"]}': '#{"a": [(), true, 2.5, "xé"], "b": 1}',
        "[1, 2]": "[1, 2]",
        "18446744073709551615": "1.8446744073709552e19",
        null: "",
      };
      for (const [json, shown] of Object.entries(parsed)) {
        expect(await text(`parse_json(\`${json}\`)`)).toBe(shown);
      }
      const refused: { readonly [json: string]: string } = {
        "": "EOF while parsing a value at line 1 column 0",
        "{": "EOF while parsing an object at line 1 column 1",
        '{"a": 1,}': "trailing comma at line 1 column 9",
        '{"a": 1 + 1}': "expected `,` or `}` at line 1 column 9",
        "{a: 1}": "key must be a string at line 1 column 2",
        "1e999": "number out of range at line 1 column 5",
        [`${"[".repeat(200)}`]: "recursion limit exceeded at line 1 column 128",
      };
      for (const [json, message] of Object.entries(refused)) {
        expect(await text(`try { parse_json(\`${json}\`) } catch (e) { return e }`)).toBe(message);
      }
    });

    test("a timestamp shows as one", async () => {
      expect(await text("timestamp()")).toBe("<timestamp>");
      expect(await text("[timestamp()]")).toBe("[<timestamp>]");
      expect(await text("throw timestamp()")).toBe("Runtime error: <timestamp> (line 1, position 1)");
    });

    test("a value of an enumeration shows as its type where it is one among others", async () => {
      expect(await text("`${Colour::Red} ${[Colour::Red]}`")).toBe("Red [Colour]");
      expect(await text("[Colour::Red]")).toBe("[test::Colour]");
    });

    test("an enumeration shows and compares as its definition says", async () => {
      expect(await text("`${Kind::Red} ${[Kind::Red]}`")).toBe("Kind [Kind]");
      expect(await text("let kind = Kind::Red; `${kind} ${kind.to_string()} ${kind.to_debug()}`")).toBe(
        "Red Red Kind",
      );
      expect(await text("Kind::Red.to_string()")).toStartWith(
        "Non-pure method 'to_string' cannot be called on constant",
      );
      expect(await text("Kind::Red == Kind::Red")).toBe("true");
      expect(await text("let flag = Flag::Red; `${flag} ${[flag]}`")).toBe("Flag [Flag]");
      expect(await text("Flag::Red == Flag::Red")).toStartWith("Function not found: == (Flag, Flag)");
    });

    test("a thrown handle ends the script, and is released", async () => {
      handles.length = 0;
      const result = await run("throw #{ handle: open() }");
      expect(result).toMatchObject({ kind: "runtime", thrown: new Map([["handle", handles[0]]]) });
      expect(await run("throw open()")).toMatchObject({ kind: "runtime" });
      expect(handles.map(({ released }) => released)).toEqual([1, 1]);
    });

    test("positions are those of operands", async () => {
      const positions: { readonly [script: string]: number } = {
        "const X = [1]; X[0] = 2": 16,
        "const X = #{a: [1]}; X.a[0] = 2": 22,
        'let s = "abc"; s[0] = "x"': 21,
        'let s = "abc"; s[0] += "x"': 21,
        "call(5)": 6,
        '"abc".call(1)': 12,
        "import 5 as x": 8,
        'import "/lib/none" as x': 8,
        'import "/lib/fails" as x': 8,
      };
      for (const [script, column] of Object.entries(positions)) {
        expect([script, await run(script)]).toMatchObject([script, { position: { line: 1, column } }]);
      }
    });

    test("errors name a module as its import does", async () => {
      expect(await text('import "/lib/ok" as m; m::halve(1)')).toBe(
        "Division by zero: 1 / 0 @ '/lib/ok' (line 1, position 17)\nin call to function 'halve' (from '/lib/ok') (line 1, position 27)",
      );
    });

    test("that a module does not parse can be caught", async () => {
      expect(await text('try { import "/lib/wrong" as m; return 1 } catch (e) { return e.error }')).toBe(
        "ErrorInModule",
      );
      expect(await text('import "/lib/wrong" as m')).toBe(
        "Syntax error: Unexpected ';' (line 1, position 9)\nin module '/lib/wrong' (line 1, position 8)",
      );
    });
  });
}
