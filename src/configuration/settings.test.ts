import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMITS } from "../platform/limits.ts";
import { ConfigurationError } from "./parse.ts";
import { readConfiguration, readSettings } from "./settings.ts";

const directory = mkdtempSync(join(tmpdir(), "remit-settings-"));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (text: string, mode = 0o644): string => {
  const path = join(directory, "remit.toml");
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};

test("the socket is in the state directory unless somebody says otherwise", () => {
  expect(readSettings(file('state = "/s"'))).toMatchObject({ state: "/s", socket: "/s/remit.sock" });
  expect(readSettings(file('state = "/s"\nsocket = "/r"'))).toMatchObject({ state: "/s", socket: "/r" });
});

test("the command line wins", () => {
  const path = file('state = "/s"\nlisten = "127.0.0.1:1"\n[limits]\nqueue = 3');
  expect(readSettings(path, { state: "/t", listen: "127.0.0.1:2" })).toMatchObject({
    state: "/t",
    socket: "/t/remit.sock",
    listen: "127.0.0.1:2",
    limits: { queue: 3 },
  });
});

test("a path that is too long for a socket is told before anything is made of it", () => {
  expect(() => readSettings(file(`state = "/${"s".repeat(100)}"`))).toThrow("at most 107 bytes");
});

describe("a file that is not read", () => {
  const refused = (path: string, message: string): void => {
    expect(() => readConfiguration(path)).toThrow(new ConfigurationError(path, [{ message }]));
  };

  test("none", () => refused(join(directory, "none"), "No such file or directory (os error 2)"));
  test("a directory", () => {
    mkdirSync(join(directory, "d"));
    refused(join(directory, "d"), "Is a directory (os error 21)");
  });
  test("a device", () => refused("/dev/zero", "Invalid argument (os error 22)"));
  test("one that everybody may write to", () => {
    refused(file("", 0o666), "everybody may write to the file");
    expect(readConfiguration(file("", 0o664))).toMatchObject({ log: { level: "info" } });
  });
  test("one that is too long", () => {
    const limit = LIMITS.configurationBytes;
    refused(file("#".repeat(limit + 1)), `limit configurationBytes exceeded: at most ${limit}`);
    expect(readConfiguration(file("#".repeat(limit)))).toMatchObject({ log: { level: "info" } });
  });
  test.skipIf(process.geteuid?.() !== 0)("another user's (needs root, to make one)", () => {
    const path = file("");
    chownSync(path, 65_534, 65_534);
    refused(path, "the file belongs to another user");
    rmSync(path);
  });
});
