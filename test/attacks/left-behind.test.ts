/** What a script has started is over when the script is, however it was started and however the script ends. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ALLOW, Workspace } from "../cli/remit.ts";

const work = new Workspace();
afterAll(() => work.remove());

const number = join(work.path, "number");

/** Executes `command` by a shell, in which `$D` is a daemon that writes its number down. */
const shell = (command: string): string => `
  let sh = DirConfig().path("/usr/bin").build().open(OpenDirOptions().build())
    .open_file("dash", OpenFileOptions().read(true).build());
  sh.execute(ExecuteOptions().args(["-c", \`rm -f ${number}; ${command}\`]).build());
`;
const WRITES = `echo $$ > ${number}; exec sleep 60`;
const STARTED = `while ! [ -s ${number} ]; do :; done`;

const starts: [string, string][] = [
  ["as a daemon", `(setsid sh -c '${WRITES}' >/dev/null 2>&1 &) ; ${STARTED}`],
  [
    "as a daemon that ignores signals",
    `trap "" TERM HUP INT; setsid sh -c '${WRITES}' >/dev/null 2>&1 & ${STARTED}`,
  ],
];
const ends: [string, string, readonly string[]][] = [
  ["returns", "1", []],
  ["throws", 'throw "no more"', []],
  ["is denied something", 'cat("/etc/passwd")', []],
  ["meets a limit", "loop {}", ["--timeout", "2"]],
];

const isAlive = (pid: string): boolean => existsSync(`/proc/${pid}`);

for (const [how, start] of starts) {
  test.each(ends)(`${how}; the script %s`, (_, end, options) => {
    const policy = `${ALLOW} forbid(principal, action, resource == file_system::File::"/etc/passwd");`;
    work.run(shell(start) + end, options, policy);
    expect(isAlive(readFileSync(number, "utf8").trim())).toBe(false);
  });
}

test("until then it lives, and is known", () => {
  const [[, daemon] = ["", ""]] = starts;
  const script = `${shell(daemon)} let pid = parse_int(cat("${number}")); ps().filter(|p| p.pid == pid)[0].command`;
  expect(work.run(script)).toMatchObject({ status: "SUCCESS", output: "sleep 60" });
});

test("a program is over when what it started in the background is", () => {
  const script = `${shell(`(sleep 0.3; echo done > ${number}) >/dev/null 2>&1 &`)} cat("${number}")`;
  expect(work.run(script)).toMatchObject({ status: "SUCCESS", output: "done\n" });
});

test("and ends with it where its time is up", () => {
  const started = shell(`sh -c '${WRITES}' >/dev/null 2>&1 &`);
  expect(work.run(started, ["--timeout", "2"])).toMatchObject({
    status: "ERROR",
    error: { limit: "timeMs" },
  });
  expect(isAlive(readFileSync(number, "utf8").trim())).toBe(false);
});

test("what has ended is no process any more", () => {
  const [[, daemon] = ["", ""]] = starts;
  const script = `${shell(daemon)} let pid = parse_int(cat("${number}")); kill(pid); sleep(0.3);
    ps().filter(|p| p.pid == pid).len()`;
  expect(work.run(script)).toMatchObject({ status: "SUCCESS", output: "0" });
});
