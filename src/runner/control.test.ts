import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, renameSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "../platform/file.ts";
import { CONTROL_FILE, Control } from "./control.ts";

let path: string;
let directory: number;
let control: Control;
beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-control-")));
  directory = openDirectory(path);
  control = new Control(directory);
});
afterEach(() => {
  control.close();
  close(directory);
  rmSync(path, { recursive: true });
});

test("nothing is stopped at first, and nobody else reads the file", () => {
  expect(control.read()).toEqual({ killed: false, epoch: 0 });
  expect(statSync(join(path, CONTROL_FILE)).mode & 0o777).toBe(0o600);
});

test("what one process writes the others see; the reason stands beside it", () => {
  const other = new Control(directory);
  control.kill("a leak");
  expect([other.read().killed, other.reason()]).toEqual([true, "a leak"]);
  other.resume();
  expect(control.read().killed).toBe(false);
  other.close();
});

test("the epoch grows, whether stopped or not", () => {
  expect([control.nextEpoch(), control.nextEpoch()]).toEqual([1, 2]);
  control.kill("");
  expect(control.nextEpoch()).toBe(3);
  expect(control.read()).toEqual({ killed: true, epoch: 3 });
});

test("a long reason is cut", () => {
  control.kill("é".repeat(1000));
  expect(control.reason().length).toBeLessThanOrEqual(496);
  expect(control.reason()).toStartWith("éé");
});

test("a file that was cut short stops everything, also one that is empty", () => {
  control.nextEpoch();
  for (const bytes of [7, 0]) {
    truncateSync(join(path, CONTROL_FILE), bytes);
    expect(control.read().killed).toBe(true);
  }
});

test("a file that was cut short stays so for who opens it later, until somebody resumes", () => {
  control.kill("why", "centre");
  truncateSync(join(path, CONTROL_FILE), 7);
  const other = new Control(directory);
  expect(other.read().killed).toBe(true);
  other.resume();
  expect(control.read()).toEqual({ killed: false, epoch: 0 });
  other.close();
});

test("who throws the switch resumes, and nobody else", () => {
  control.kill("maintenance", "centre");
  control.kill("smoke");
  expect(control.stops()).toEqual([
    { by: "owner", reason: "smoke" },
    { by: "centre", reason: "maintenance" },
  ]);
  expect(control.reason()).toBe("smoke; maintenance");
  control.resume();
  expect([control.read().killed, control.reason()]).toEqual([true, "maintenance"]);
  control.resume("centre");
  expect([control.read().killed, control.stops()]).toEqual([false, []]);
});

test("writing needs no room: the file has its size before anything is stopped", () => {
  const { size, blocks } = statSync(join(path, CONTROL_FILE));
  expect(blocks).toBeGreaterThan(0);
  control.kill("x".repeat(1000), "centre");
  control.kill("x".repeat(1000));
  control.nextEpoch();
  expect(statSync(join(path, CONTROL_FILE)).size).toBe(size);
});

test("of many processes at the same time none undoes what another wrote", async () => {
  const writer = `
    import { Control } from ${JSON.stringify(join(import.meta.dirname, "control.ts"))};
    import { openDirectory } from ${JSON.stringify(join(import.meta.dirname, "../platform/file.ts"))};
    const control = new Control(openDirectory(process.argv[1]));
    for (let turn = 0; turn < 2000; turn++) control.nextEpoch();`;
  rmSync(join(path, CONTROL_FILE));
  const writers = [1, 2].map(() => Bun.spawn([process.execPath, "-e", writer, path], { stderr: "inherit" }));
  control.reopen();
  const ended = Promise.all(writers.map(({ exited }) => exited));
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    control.kill("now");
    await Bun.sleep(1);
    expect([control.read().killed, control.reason()]).toEqual([true, "now"]);
    control.resume();
    await Bun.sleep(1);
    expect(control.read().killed).toBe(false);
  }
  expect(await ended).toEqual([0, 0]);
  expect(control.read().epoch).toBeGreaterThanOrEqual(2000);
});

test("a file that was replaced is noticed, and what was stopped stays so", () => {
  control.kill("why");
  expect(control.isReplaced()).toBe(false);
  renameSync(join(path, CONTROL_FILE), join(path, "aside"));
  expect(control.isReplaced()).toBe(true);
  control.reopen();
  expect(control.isReplaced()).toBe(false);
  expect([control.read().killed, control.reason()]).toEqual([true, "why"]);
});
