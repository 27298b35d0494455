import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "../platform/file.ts";
import { LIMITS } from "../platform/limits.ts";
import { DecisionLog } from "./decision-log.ts";
import { AuditError } from "./errors.ts";
import type { Entry } from "./record.ts";
import { recordsOf } from "./testing.ts";

let path: string;
let directory: number;
let log: DecisionLog;
beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-audit-")));
  directory = openDirectory(path);
  log = new DecisionLog(directory);
});
afterEach(() => {
  log.close();
  close(directory);
  rmSync(path, { recursive: true, force: true });
});

const act = (name: string): Entry => ({ kind: "admin", principal: "tester", act: name });
const FIRST = "decisions.00000001.jsonl";
const acts = () => recordsOf(path).map((record) => (record.kind === "admin" ? record.act : record.kind));

describe("a log", () => {
  test("has each record once, numbered and chained, for nobody else to read", () => {
    for (const name of ["kill", "resume", "kill"]) log.write(act(name));
    const records = recordsOf(path);
    expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(acts()).toEqual(["kill", "resume", "kill"]);
    expect(records[0]).toMatchObject({ v: 1, kind: "admin", principal: "tester", prev: "0".repeat(64) });
    for (const name of readdirSync(path)) expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
  });

  test("goes on where another process stopped, and with two at once", () => {
    log.writeDurably(act("one"));
    const other = new DecisionLog(directory);
    for (let turn = 0; turn < 3; turn++) {
      other.write(act("other"));
      log.write(act("own"));
    }
    other.close();
    expect(acts()).toEqual(["one", "other", "own", "other", "own", "other", "own"]);
  });

  test("of many processes at the same time has all that each wrote", async () => {
    const writer = `
      import { DecisionLog } from ${JSON.stringify(join(import.meta.dirname, "decision-log.ts"))};
      import { openDirectory } from ${JSON.stringify(join(import.meta.dirname, "../platform/file.ts"))};
      const log = new DecisionLog(openDirectory(process.argv[1]));
      for (let index = 0; index < 200; index++) log.write({ kind: "admin", principal: process.argv[2], act: "n" + index });`;
    const writers = ["a", "b", "c"].map((name) =>
      Bun.spawn([process.execPath, "-e", writer, path, name], { stderr: "inherit" }),
    );
    expect(await Promise.all(writers.map(({ exited }) => exited))).toEqual([0, 0, 0]);
    const records = recordsOf(path);
    for (const name of ["a", "b", "c"]) {
      const own = records.flatMap((record) =>
        record.kind === "admin" && record.principal === name ? [record.act] : [],
      );
      expect(own).toEqual(Array.from({ length: 200 }, (_, index) => `n${index}`));
    }
  });

  test("a change, a gap and an insertion are seen", () => {
    for (const name of ["a", "b", "c"]) log.write(act(name));
    const file = join(path, FIRST);
    const text = readFileSync(file, "utf8");
    const [first = "", second = "", third = ""] = text.split("\n");
    for (const wrong of [
      text.replace('"act":"b"', '"act":"x"'),
      `${first}\n${third}\n`,
      `${first}\n${second}\n${second}\n${third}\n`,
    ]) {
      writeFileSync(file, wrong);
      expect(() => recordsOf(path)).toThrow();
    }
    writeFileSync(file, text);
    expect(acts()).toEqual(["a", "b", "c"]);
  });
});

describe("files", () => {
  const long = act("x".repeat(8000));
  const perFile = Math.floor(LIMITS.decisionFileBytes / 8200);

  test("the next begins when one is full, and the oldest goes within the budget", () => {
    for (let index = 0; index < perFile * (LIMITS.decisionFiles + 2); index++) log.write(long);
    const files = readdirSync(path).filter((name) => name.endsWith(".jsonl"));
    expect(files.length).toBe(LIMITS.decisionFiles);
    for (const name of files)
      expect(statSync(join(path, name)).size).toBeLessThanOrEqual(LIMITS.decisionFileBytes);
    expect(recordsOf(path).length).toBeGreaterThan(perFile);
  });

  test("a record that was cut short is cut off, and the chain goes on", () => {
    log.write(act("whole"));
    appendFileSync(join(path, FIRST), '{"v":1,"seq":2,"ti');
    log.write(act("next"));
    expect(acts()).toEqual(["whole", "next"]);
  });

  test("a last record without its end is cut off, too, by a new process as well", () => {
    log.write(act("a"));
    log.write(act("b"));
    truncateSync(join(path, FIRST), statSync(join(path, FIRST)).size - 1);
    const other = new DecisionLog(directory);
    other.write(act("c"));
    other.close();
    expect(acts()).toEqual(["a", "c"]);
  });
});

describe("what cannot be written", () => {
  test("is an error with a code", () => {
    const tooLong = act("x".repeat(LIMITS.decisionBytes));
    expect(() => log.write(tooLong)).toThrow(AuditError);
    expect(() => log.write(tooLong)).toThrow(/^the decision log cannot be written: /);
    log.write(act("short"));
    expect(acts()).toEqual(["short"]);
  });

  test("a log whose end is no record is left alone", () => {
    log.write(act("a"));
    appendFileSync(join(path, FIRST), "not ours\n");
    expect(() => log.write(act("b"))).toThrow(AuditError);
    expect(readFileSync(join(path, FIRST), "utf8")).toEndWith("not ours\n");
  });
});

describe("what somebody takes away meanwhile", () => {
  const take: { readonly [how: string]: () => void } = {
    "the newest file is removed": () => rmSync(join(path, FIRST)),
    "it is emptied": () => truncateSync(join(path, FIRST)),
    "the lock is removed": () => rmSync(join(path, "decisions.lock")),
    "both are": () => {
      for (const name of readdirSync(path)) rmSync(join(path, name));
    },
  };
  for (const [how, taken] of Object.entries(take)) {
    test(`${how}: what follows is written, by all, and the gap shows`, () => {
      const other = new DecisionLog(directory);
      log.write(act("a"));
      other.write(act("b"));
      taken();
      const writers = [log, other, log, new DecisionLog(directory)];
      for (const [index, writer] of writers.entries()) writer.write(act(`after ${index}`));
      for (const writer of writers.slice(1)) if (writer !== log) writer.close();
      // The chain of what is there holds, and does not begin anew.
      const records = recordsOf(path);
      expect(acts().slice(-4)).toEqual(["after 0", "after 1", "after 2", "after 3"]);
      expect(records.at(-4)?.seq).toBeGreaterThan(1);
      expect(records.at(-4)?.prev).not.toBe("0".repeat(64));
    });
  }

  test("a directory in the place of the file: nothing is written, until it is gone", () => {
    log.write(act("a"));
    rmSync(join(path, FIRST));
    mkdirSync(join(path, FIRST));
    expect(() => log.write(act("b"))).toThrow(AuditError);
    expect(log.isWritable()).toBe(false);
    rmdirSync(join(path, FIRST));
    expect(log.isWritable()).toBe(true);
    log.write(act("c"));
    expect(acts()).toEqual(["c"]);
  });

  test("the directory itself: nothing is written", () => {
    log.write(act("a"));
    rmSync(path, { recursive: true });
    expect(() => log.write(act("b"))).toThrow(AuditError);
  });
});
