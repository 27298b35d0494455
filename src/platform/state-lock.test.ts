import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "./file.ts";
import { StateDirectoryError } from "./state-directory.ts";
import { lockState, StateInUse } from "./state-lock.ts";

const path = mkdtempSync(join(tmpdir(), "remit-lock-"));
afterAll(() => rmSync(path, { recursive: true }));

test("a directory is taken once, and the next one learns by whom", () => {
  const directory = openDirectory(path);
  const lock = lockState(directory);
  expect(() => lockState(directory)).toThrow(new StateInUse(`${process.pid}`));
  close(lock);
  close(lockState(directory));
  close(directory);
});

test("one that cannot be written to is told of", () => {
  const other = join(path, "other");
  mkdirSync(join(other, "lock"), { recursive: true });
  const directory = openDirectory(other);
  expect(() => lockState(directory)).toThrow(StateDirectoryError);
  expect(() => lockState(directory)).toThrow("the state directory cannot be locked (lock): Is a directory");
  rmSync(join(other, "lock"), { recursive: true });
  close(lockState(directory));
  close(directory);
});
