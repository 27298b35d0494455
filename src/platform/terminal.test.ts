import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { NoAnswer } from "./terminal.ts";

const MODULE = join(import.meta.dirname, "terminal.ts");
const QUESTION = "Who? ";

/** What a program that calls `ask` prints, and all that its terminal shows, when `keys` are typed after the question. */
async function asked(ask: "askLine" | "askSecret", keys: string) {
  const code = `
    import { execFileSync } from "node:child_process";
    import { ${ask} } from ${JSON.stringify(MODULE)};
    try { process.stdout.write(JSON.stringify(${ask}(${JSON.stringify(QUESTION)})) + "\\n"); }
    catch (error) { process.stdout.write(error.name + ": " + error.message + "\\n"); }
    if (!execFileSync("stty", ["-F", "/dev/tty", "-a"]).includes(" echo ")) throw new Error("no echo");`;
  let shown = "";
  const program = Bun.spawn([process.execPath, "-e", code], {
    terminal: {
      data: (terminal, bytes) => {
        const before = shown;
        shown += Buffer.from(bytes).toString();
        if (!before.includes(QUESTION) && shown.includes(QUESTION)) terminal.write(keys);
      },
    },
  });
  expect(await program.exited).toBe(0);
  return shown.replaceAll("\r\n", "\n");
}

test("a line is shown while it is typed, a secret is not", async () => {
  expect(await asked("askLine", "Zoë\r")).toBe('Who? Zoë\n"Zoë"\n');
  expect(await asked("askSecret", "Zoë\r")).toBe('Who? \n"Zoë"\n');
});

test("what is typed of a secret can be corrected, by whole characters", async () => {
  expect(await asked("askSecret", "Zoë\u007fe\r")).toBe('Who? \n"Zoe"\n');
  expect(await asked("askSecret", "\u007f\u007fno\u0015yes\r")).toBe('Who? \n"yes"\n');
});

test("Ctrl-C and Ctrl-D answer nothing, and the terminal is as it was", async () => {
  for (const key of ["\u0003", "\u0004"])
    expect(await asked("askSecret", `abc${key}`)).toBe("Who? \nNoAnswer: cancelled\n");
});

test("an endless answer is refused", async () => {
  expect(await asked("askSecret", `${"x".repeat(1025)}`)).toContain(
    "NoAnswer: an answer has at most 1024 bytes",
  );
});

test("without a terminal nobody is asked", () => {
  const code = `import { askLine } from ${JSON.stringify(MODULE)}; askLine("?")`;
  const { stderr, status } = spawnSync("setsid", ["--wait", process.execPath, "-e", code], {
    encoding: "utf8",
  });
  expect([status, stderr.includes(`${NoAnswer.name}: there is no terminal to ask at`)]).toEqual([1, true]);
});
