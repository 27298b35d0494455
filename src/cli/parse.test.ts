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
