import { describe, expect, test } from "bun:test";
import { closeSync, constants, openSync } from "node:fs";
import type { Value } from "rhai-wasm";
import { caller, messageOf, testRun } from "../testing.ts";
import { DmesgEntry, dmesgNamespaces, localDate, parseRecord, sinceStart } from "./dmesg.ts";
import { sysinfoNamespaces } from "./index.ts";

const call = caller(sysinfoNamespaces);

const readable = (() => {
  try {
    closeSync(openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
})();

describe("records", () => {
  test.each([
    ["6,1,1234567,-;hello; world\n", 1_234_567n, "hello; world"],
    ["6,3,0,-,more,deets;x86/fpu: SSE\n SUBSYSTEM=acpi\n", 0n, "x86/fpu: SSE"],
    [" 6 , 1 , 5 ,c;x", 5n, "x"],
    ["6,1,5,-;\n", 5n, ""],
  ])("%p", (record, microseconds, message) => {
    expect(parseRecord(record)).toEqual({ microseconds, message });
  });

  test.each(["", " LINE2=foobar\n", "a,b,c,-;x", "6,1,5;x", "6,1,5,-"])("%p is none", (record) => {
    expect(parseRecord(record)).toBeUndefined();
  });
});

test("times", () => {
  expect(sinceStart(123_456_789n)).toBe("  123.456789");
  expect(sinceStart(0n)).toBe("    0.000000");
  expect(sinceStart(12_345_678_000_000n)).toBe("12345678.000000");
  const [date, time] = [new Date(0).toDateString(), new Date(0).toTimeString().slice(0, 8)];
  expect(localDate(0)).toBe(`${date.slice(0, 10)} ${time} ${date.slice(11)}`);
});

test("an entry as text and as map", () => {
  const entry = new DmesgEntry({ timestamp_from_system_start: "    1.000000", message: "x" });
  const run = testRun();
  expect(caller(dmesgNamespaces)(run, "to_string", entry)).toBe("[    1.000000] x");
  expect(call(run, "to_map", entry)).toEqual(
    new Map<string, Value>([
      ["timestamp_from_system_start", "    1.000000"],
      ["message", "x"],
    ]),
  );
});

const options = (dates: boolean): Value => {
  const run = testRun();
  return call(run, "build", call(run, "human_readable_time", call(run, "DmesgOptions"), dates));
};
const entries = (dates: boolean): readonly DmesgEntry[] => {
  const run = testRun();
  return call(run, "dmesg_info", call(run, "SystemInfo"), options(dates)) as DmesgEntry[];
};

test.skipIf(!readable)("the kernel's log, where /dev/kmsg can be read", () => {
  for (const { values } of entries(false)) {
    expect(values.timestamp_from_system_start).toMatch(/^ *\d+\.\d{6}$/);
    expect(values.message).not.toBe("");
  }
  for (const { values } of entries(true)) {
    expect(values.timestamp_from_system_start).toMatch(/^[A-Z]\w\w [A-Z]\w\w \d\d \d\d:\d\d:\d\d \d{4}$/);
  }
});

test.skipIf(readable)("where /dev/kmsg cannot be read", () => {
  expect(messageOf(() => entries(false))).toMatch(
    /^RMesgError:: (Unable to open file|OperationNotPermitted)/,
  );
});

test("denied", () => {
  const run = testRun(() => false);
  const denial =
    'Permission denied: User::"tester" unauthorized to perform file_system::Action::"read" for file_system::File::/dev/kmsg';
  expect(messageOf(() => call(run, "dmesg_info", call(run, "SystemInfo"), options(true)))).toBe(denial);
  expect(run.asked).toEqual(["file_system.read file_system::File::/dev/kmsg"]);
});
