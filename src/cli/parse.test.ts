import { expect, test } from "bun:test";
import { type Command, UsageError } from "./command.ts";
import { parseCommandLine } from "./parse.ts";

const command: Command = {
  name: "test",
  summary: "Test",
  usage: "test",
  operand: "NAME",
  options: [
    { name: "file", short: "f", value: "PATH", summary: "" },
    { name: "text", short: "t", value: "TEXT", hyphen: true, summary: "" },
    { name: "colour", short: "c", value: "NAME", choices: ["red", "green"], summary: "" },
    { name: "verbose", short: "v", summary: "" },
  ],
  load: async () => () => 0,
};

const parse = (...args: string[]): Record<string, string | boolean> => {
  const { options, operand, help } = parseCommandLine(command, args);
  return {
    ...Object.fromEntries(options),
    ...(operand === undefined ? {} : { operand }),
    ...(help ? { help } : {}),
  };
};

test("every form in which an option and its value can be written", () => {
  for (const args of [["-f", "x"], ["-fx"], ["-f=x"], ["--file", "x"], ["--file=x"]]) {
    expect(parse(...args)).toEqual({ file: "x" });
  }
  expect(parse("-vf", "x")).toEqual({ verbose: "", file: "x" });
  expect(parse("--file==x")).toEqual({ file: "=x" });
  expect(parse("-f", "-")).toEqual({ file: "-" });
});

test("a value that looks like an option is one only where it may be", () => {
  expect(parse("-t", "-1 + 2")).toEqual({ text: "-1 + 2" });
  expect(parse("--file=-x")).toEqual({ file: "-x" });
  expect(() => parse("-f", "-v")).toThrow(new UsageError("--file PATH needs a value"));
});

test("operands, also after the end of the options", () => {
  expect(parse("name", "-v")).toEqual({ verbose: "", operand: "name" });
  expect(parse("--", "-v")).toEqual({ operand: "-v" });
  expect(() => parse("a", "b")).toThrow(new UsageError("unexpected argument 'b'"));
});

test("help is found before anything else is wrong, not after", () => {
  expect(parse("--help", "--nonsense")).toEqual({ help: true });
  expect(() => parse("--nonsense", "--help")).toThrow(UsageError);
});

test("no name of an option reaches into objects", () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    expect(() => parse(`--${name}`)).toThrow(`unexpected argument '--${name}'`);
    expect(() => parse(`--${name}=x`)).toThrow(UsageError);
  }
});

test("one of the choices, once", () => {
  expect(parse("-c", "green")).toEqual({ colour: "green" });
  expect(() => parse("-c", "grene")).toThrow("did you mean 'green'?");
  expect(() => parse("-c", "red", "-c", "red")).toThrow("--colour NAME is given more than once");
});

test("an option that may be given several times keeps all its values", () => {
  const group = { name: "group", value: "NAME", many: true, summary: "" };
  const { lists, options } = parseCommandLine({ ...command, options: [group] }, [
    "--group",
    "a",
    "--group=b",
  ]);
  expect(lists.get("group")).toEqual(["a", "b"]);
  expect(options.get("group")).toBe("b");
});

test("options that go with others, and those that do not", () => {
  const options = [
    { name: "policy", value: "PATH", required: true, unless: "agent", summary: "" },
    { name: "agent", summary: "" },
    { name: "socket", value: "PATH", with: "agent", summary: "" },
  ];
  const given = (...args: string[]) => [...parseCommandLine({ ...command, options }, args).options.keys()];
  expect(given("--policy", "p")).toEqual(["policy"]);
  expect(given("--agent", "--socket", "s")).toEqual(["agent", "socket"]);
  expect(() => given()).toThrow(new UsageError("--policy PATH is missing"));
  expect(() => given("--agent", "--policy", "p")).toThrow("--policy PATH and --agent exclude each other");
  expect(() => given("--policy", "p", "--socket", "s")).toThrow("--socket PATH is taken with --agent only");
});

test("operands that must be there, and those of several words", () => {
  expect(() => parseCommandLine({ ...command, needsOperand: true }, [])).toThrow("NAME is missing");
  expect(parseCommandLine({ ...command, manyWords: true }, ["token", "create"]).operand).toBe("token create");
});

test("a command that takes two operands takes both, and no third", () => {
  const two = { ...command, needsOperand: true, secondOperand: "OTHER" };
  expect(parseCommandLine(two, ["a", "-v", "b"])).toMatchObject({ operand: "a", secondOperand: "b" });
  expect(() => parseCommandLine(two, [])).toThrow(new UsageError("NAME is missing"));
  expect(() => parseCommandLine(two, ["a"])).toThrow(new UsageError("OTHER is missing"));
  expect(() => parseCommandLine(two, ["a", "b", "c"])).toThrow("unexpected argument 'c'");
});
