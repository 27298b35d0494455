/** Wrong command lines: a message with the usage on standard error, nothing on standard output, exit status 2. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { executable } from "../support/executable.ts";
import { Workspace } from "./remit.ts";

setDefaultTimeout(60_000);
const work = new Workspace();
afterAll(() => work.remove());

/** Command lines with the first line of what is said. */
const WRONG: readonly (readonly [string, string])[] = [
  ["runn", "unknown command 'runn'; did you mean 'run'?"],
  ["dance", "unknown command 'dance'"],
  ["run", "--policy-file PATH is missing"],
  ["run -p p", "--script-file PATH or --eval TEXT is missing"],
  ["run -p p -s s -e 1", "--script-file PATH and --eval TEXT exclude each other"],
  ["run -s s -p", "--policy-file PATH needs a value"],
  ["run -s -p p", "--script-file PATH needs a value"],
  ["run -s s -s t -p p", "--script-file PATH is given more than once"],
  ["run -s s --polcy-file p", "unexpected argument '--polcy-file'; did you mean '--policy-file'?"],
  ["run -s s -p p -x", "unexpected argument '-x'"],
  ["run -s s -p p other", "unexpected argument 'other'"],
  ["run -s s -p p --verbose=yes", "--verbose takes no value"],
  [
    "run -s s -p p -o jsn",
    "'jsn' is no value of --output-format FORMAT; it takes json, pretty-json, human; did you mean 'json'?",
  ],
  [
    "run -s s -p p --timeout soon",
    "'soon' is no value of --timeout SECONDS; it takes more than 0 and at most 86400",
  ],
  [
    "run -s s -p p --timeout 0",
    "'0' is no value of --timeout SECONDS; it takes more than 0 and at most 86400",
  ],
  ["-s s", "--policy-file PATH is missing"],
  ["--polcy-file p", "unexpected argument '--polcy-file'; did you mean '--policy-file'?"],
  ["validate", "--policy-file PATH is missing"],
  ["functions a b", "unexpected argument 'b'"],
  ["version --jsn", "unexpected argument '--jsn'; did you mean '--json'?"],
  ["help runn", "unknown command 'runn'; did you mean 'run'?"],
];

for (const [line, message] of WRONG) {
  test(line, () => {
    const { stdout, stderr, status } = work.call(line.split(" "));
    expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
    const [first, , usage] = stderr.split("\n");
    expect(first).toBe(`error: ${message}`);
    expect(usage).toStartWith("Usage: remit ");
  });
}

describe("help", () => {
  test("of the program, and without a command on standard error", () => {
    const help = work.call(["--help"]);
    expect(help).toMatchObject({ status: 0, stderr: "" });
    for (const command of ["run", "validate", "functions", "version", "help"]) {
      expect(help.stdout).toContain(`\n  ${command} `);
    }
    expect(work.call(["help"]).stdout).toBe(help.stdout);
    expect(work.call([])).toMatchObject({ status: 2, stdout: "", stderr: help.stdout });
  });

  for (const command of ["run", "validate", "functions", "version", "help"]) {
    test(`of ${command}, wherever it is asked for`, () => {
      const help = work.call([command, "--help"]);
      expect(help).toMatchObject({ status: 0, stderr: "" });
      expect(help.stdout).toContain(`Usage: remit ${command}`);
      expect(work.call([command, "-h"]).stdout).toBe(help.stdout);
      expect(work.call(["help", command]).stdout).toBe(help.stdout);
    });
  }
});

test("output that cannot be written is one clear line", () => {
  const run = work.call(["-c", '"$0" version > /dev/full', executable()], { program: "/bin/sh" });
  expect(run).toMatchObject({
    status: 1,
    stderr: "error: Failed to write output: No space left on device (os error 28)\n",
  });
});
