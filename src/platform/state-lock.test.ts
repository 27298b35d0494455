import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "./file.ts";
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
