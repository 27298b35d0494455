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

test("a file that was cut short stops everything", () => {
  control.nextEpoch();
  truncateSync(join(path, CONTROL_FILE), 7);
  expect(control.read().killed).toBe(true);
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
