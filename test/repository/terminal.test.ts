/** Questions of the commands of a central team: passphrases, and whether to sign. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { executable } from "../support/executable.ts";
import { type Answer, atTerminal } from "./at-terminal.ts";
import { Ceremony, REPOSITORY } from "./ceremony.ts";

setDefaultTimeout(60_000);

let work: Ceremony;
beforeEach(() => {
  work = new Ceremony();
});
afterEach(() => work.remove());

const typed = (args: readonly string[], ...answers: readonly Answer[]) =>
  atTerminal([executable(), ...args], work.path, answers);

test("a new passphrase is typed twice, and shown never", async () => {
  const keygen = ["keygen", "--out", "zoe"];
  const differ = await typed(keygen, [/zoe: $/, "correct horse\r"], [/more: $/, "correct mouse\r"]);
  expect(differ).toEqual({
    status: 1,
    shown: "Passphrase of zoe: \nOnce more: \nerror: the two passphrases differ\n",
  });
  expect(existsSync(join(work.path, "zoe"))).toBe(false);
  const same = await typed(keygen, [/(zoe|more): $/, "correct horse\r"]);
  expect([same.status, same.shown.includes("correct horse")]).toEqual([0, false]);
  const cancelled = await typed(["keygen", "--out", "max"], [/max: $/, "\u0003"]);
  expect(cancelled.shown).toBe(
    "Passphrase of max: \nerror: no passphrase: cancelled (--passphrase-file FILE reads one)\n",
  );
});

test("nobody signs without having said yes", async () => {
  work.init();
  work.add("1");
  const sign = ["repo", "sign", REPOSITORY, "--key", "dana"];
  for (const answer of ["n", "", "yesterday", "\u0004"]) {
    const { status, shown } = await typed(sign, [/Sign targets 1 as dana\? \[y\/N\] $/, `${answer}\r`]);
    expect([status, shown.includes("permit read"), shown.includes("has signed")]).toEqual([1, true, false]);
  }
  expect((await typed(sign, [/\[y\/N\] $/, "y\r"])).shown).toContain("dana has signed targets 1\n");
});

test("what a bundle says cannot move the cursor of a terminal", async () => {
  work.init();
  work.add(
    "1",
    '@id("a") permit(principal, action == file_system::Action::"read", resource == file_system::File::"/\u001b[2J");',
  );
  const { shown } = await typed(["repo", "sign", REPOSITORY, "--key", "dana"], [/\[y\/N\] $/, "n\r"]);
  expect([shown.includes("\u001b"), shown.includes("\\u{1b}[2J")]).toEqual([false, true]);
});
