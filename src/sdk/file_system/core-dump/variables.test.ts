import { describe, expect, test } from "bun:test";
import { toThrown } from "../../errors.ts";
import { messageOf } from "../../testing.ts";
import { expectVariable, parseVariables, variableCommands } from "./variables.ts";

test("commands select the frame, then print each variable after a mark", () => {
  expect(variableCommands(undefined, 2, ["x", "p->y"])).toEqual([
    "f 2",
    "echo variable 0\\n",
    "p x",
    "echo variable 1\\n",
    "p p->y",
  ]);
  expect(variableCommands(3, 0, [])).toEqual(["thread 3", "f 0"]);
});

describe("what gdb printed", () => {
  const read = (output: string, ...names: string[]) => Object.fromEntries(parseVariables(output, names));

  test("is the value of the variable before whose mark it stands", () => {
    const output = `#0  main () at a.c:1
variable 0
variable 1
$1 = 42
variable 2
$2 = 0x55 "a = b"
`;
    expect(read(output, "missing", "x", "text")).toEqual({ x: "42", text: '0x55 "a = b"' });
  });

  test("before the first mark is none", () => {
    expect(read("$1 = 5\nvariable 0\n$2 = 6", "x")).toEqual({ x: "6" });
    expect(read("$1 = 5", "x")).toEqual({});
    expect(read("", "x")).toEqual({});
  });

  test("goes on one line; a mark that was not written is no variable", () => {
    expect(read("variable 0\n$1 = 1\n$2 = 2\nvariable 9\n$3 = 3", "x")).toEqual({ x: "1" });
    expect(read("variable 0\n$1 = \nvariable 1\n$2 = {\n  a = 1}", "x", "y")).toEqual({ x: "", y: "{" });
  });
});

describe("the name of a variable", () => {
  const refusal = (name: string) =>
    messageOf(() => {
      try {
        expectVariable(name);
      } catch (error) {
        throw toThrown(error);
      }
    });

  test("can be an expression over the core", () => {
    for (const name of [
      "x",
      "p->y.z[0]",
      "*(int *)p",
      "'a.c'::x",
      "$rip",
      "$_siginfo",
      "A::b<int>",
      "größe",
    ]) {
      expect(() => expectVariable(name)).not.toThrow();
    }
  });

  test("cannot call gdb's own functions, nor begin another command", () => {
    for (const name of ['$_shell("id")', '($_shell) ("id")', "f($x)", "x\nshell id", "x\rshell id", "x\0"]) {
      expect(refusal(name)).toBe(`Invalid arguments: not the name of a variable: ${name}`);
    }
  });
});
