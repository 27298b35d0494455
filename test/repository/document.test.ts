/** What docs/repository.md shows is done, command by command, at a terminal on which somebody answers. */
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { Workspace } from "../cli/remit.ts";
import { executable } from "../support/executable.ts";
import { type Answer, atTerminal } from "./at-terminal.ts";
import { bundleBytes, bundleFiles, CHANNEL, REPOSITORY } from "./ceremony.ts";

setDefaultTimeout(120_000);

const PASSPHRASE = "correct horse";
const document = readFileSync(join(import.meta.dirname, "../../docs/repository.md"), "utf8");
const blocks = (language: string): readonly string[] =>
  [...document.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);

const work = new Workspace();
afterAll(() => work.remove());
const at = (...names: readonly string[]): string => join(work.path, ...names);

/** What somebody types who is asked so. */
const ANSWERS: readonly Answer[] = [
  [/(Passphrase of \S+|Once more): $/, `${PASSPHRASE}\r`],
  [/\[y\/N\] $/, "y\r"],
];

/** Runs `script` at a terminal; what it shows, when it ends well. */
async function typed(script: string): Promise<string> {
  const env = { PATH: `${at("bin")}:/usr/bin:/bin` };
  const { status, shown } = await atTerminal(["bash", "-euc", script], work.path, ANSWERS, env);
  if (status !== 0) throw new Error(`${script}\n${shown}`);
  return shown;
}

/** What the document supposes to be there, by words of the command that needs it. */
const SUPPOSED: Readonly<Record<string, () => Promise<void>>> = {
  "--signatures copy": async () => {
    await typed(`remit repo add ${REPOSITORY} prod-3.tar.gz --channel ${CHANNEL}`);
    cpSync(at(REPOSITORY), at("copy"), { recursive: true });
    await typed("remit repo sign copy --key finn");
  },
  "--signer ./signer": () => {
    const [script = ""] = blocks("bash");
    const token = at("token");
    mkdirSync(token);
    cpSync(at("dana"), join(token, "dana"));
    writeFileSync(join(token, "pin"), PASSPHRASE);
    writeFileSync(at("signer"), script.replaceAll("/media/token", token));
    chmodSync(at("signer"), 0o755);
    return Promise.resolve();
  },
};

test("docs/repository.md", async () => {
  mkdirSync(at("bin"));
  symlinkSync(executable(), at("bin/remit"));
  for (const [name, bytes] of bundleFiles("0")) {
    mkdirSync(dirname(at("bundle", name)), { recursive: true });
    writeFileSync(at("bundle", name), bytes);
  }
  work.file("prod-3.tar.gz", bundleBytes("3"));
  const commands = blocks("sh");
  expect(commands.length).toBeGreaterThan(10);
  for (const block of commands) {
    for (const [words, prepare] of Object.entries(SUPPOSED)) if (block.includes(words)) await prepare();
    const shown = await typed(block);
    expect(shown).not.toContain(PASSPHRASE);
  }
  const { stdout, status } = spawnSync(executable(), ["repo", "status", at(REPOSITORY)], {
    encoding: "utf8",
  });
  expect(stdout).toContain("staged: targets 4, ready to be released");
  expect(status).toBe(0);
});

test("it has every command of a repository, with its options", () => {
  const missing = COMMANDS.filter(({ name }) => name === "keygen" || name.startsWith("repo ")).flatMap(
    ({ name, options }) =>
      [`remit ${name} `, ...options.map((option) => `--${option.name}`)].filter(
        (text) => !document.includes(text),
      ),
  );
  expect(missing).toEqual(["--output"]);
});
