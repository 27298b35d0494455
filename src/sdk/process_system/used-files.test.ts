import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { FileType } from "../../platform/file.ts";
import { commandText } from "./command.ts";
import type { Usage } from "./effects/open-files.ts";
import { historicalCpu, memoryPercent } from "./info.ts";
import { accessTypes, isWithin, samePath, usedFiles } from "./used-files.ts";

const NOTHING: Usage = {
  cwd: undefined,
  root: undefined,
  exe: undefined,
  references: [],
  mappings: [],
  mappingsRefused: undefined,
};
const open = (target: string, type: FileType = "unknown"): string[] =>
  usedFiles({ ...NOTHING, references: [{ target, type }] }, new Map([["5", "/run/x.sock"]])).map(
    ({ path, type }) => `${type} ${path}`,
  );

describe("descriptors in the words of lsof", () => {
  test.each([
    ["/etc/passwd", "file", "REG"],
    ["/dev/null", "char", "CHR"],
    ["/dev/sda", "block", "BLK"],
    ["/run/f", "fifo", "FIFO"],
    ["/", "dir", "DIR"],
    ["/gone (deleted)", "unknown", "UNK"],
    ["/memfd:a:b", "unknown", "REG"],
    ["socket:[7]", "unknown", "SOCK"],
    ["pipe:[7]", "unknown", "FIFO"],
    ["net:[7]", "unknown", "SOCK"],
    ["mnt:[7]", "unknown", "UNK"],
    ["constructor:[7]", "unknown", "UNK"],
    ["anon_inode:[eventfd]", "unknown", "ANON_INODE"],
    ["anon_inode:bpf-map", "unknown", "ANON_INODE"],
  ] as const)("%s", (target, type, shown) => {
    expect(open(target, type)).toEqual([`${shown} ${target}`]);
  });

  test("a socket by its path; what has no form that is known is left out", () => {
    expect(open("socket:[5]")).toEqual(["SOCK /run/x.sock"]);
    expect(open("socket:5")).toEqual([]);
    expect(open(":[5]")).toEqual([]);
  });
});

test("each mapped file once, and not the program", () => {
  const mappings = [
    { path: "/bin/x", key: "fe:00 1" },
    { path: "/lib/a", key: "fe:00 2" },
    { path: "/lib/a", key: "fe:00 2" },
    { path: "//anon", key: "00:00 0" },
  ];
  const used = { ...NOTHING, exe: "/bin/x", mappings };
  expect(usedFiles(used, new Map()).map(({ path, access }) => `${access} ${path}`)).toEqual([
    "Executable /bin/x",
    "Memory mapped /lib/a",
  ]);
  expect(accessTypes(used, "/bin/x")).toEqual(["Memory mapped", "Executable"]);
  expect(accessTypes({ ...NOTHING, cwd: "/", root: "/" }, "/")).toEqual([
    "Working directory",
    "Root directory",
  ]);
});

test("paths", () => {
  expect(samePath("/tmp", "/tmp/")).toBe(true);
  expect(isWithin("/tmp/a", "/tmp")).toBe(true);
  expect(isWithin("/tmpa", "/tmp")).toBe(false);
  expect(isWithin("/tmp", "/tmp/a")).toBe(false);
  expect(isWithin("/a", "/")).toBe(true);
  fc.assert(
    fc.property(
      fc.stringMatching(/^(\/[a-z]{1,3}){1,3}$/),
      fc.stringMatching(/^[a-z]{1,3}$/),
      (path, name) => {
        expect(isWithin(`${path}/${name}`, path)).toBe(true);
        expect(isWithin(`${path}${name}`, path)).toBe(false);
      },
    ),
  );
});

test("commands lose the directory of their program alone", () => {
  expect(commandText(["/usr/bin/perl", "-w", "/sbin/update", "--sleep", "9"])).toBe(
    "perl -w /sbin/update --sleep 9",
  );
  expect(commandText(["perl"])).toBe("perl");
  expect(commandText([])).toBe("");
});

test("percentages", () => {
  expect(memoryPercent(5000, 0n)).toBe(0);
  expect(memoryPercent(5000, 10_000n)).toBe(50);
  expect(memoryPercent(1, 3n)).toBe(33.33);
  const times = { userTime: 150, systemTime: 50, startTime: 1000 };
  expect(historicalCpu(times, 110)).toBe(2);
  expect(historicalCpu(times, 10)).toBe(0);
});
