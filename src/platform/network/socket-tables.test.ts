import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { socketOwners } from "./socket-owners.ts";
import {
  internetSocket,
  localSocket,
  parseTable,
  readInternetTable,
  readLocalTable,
} from "./socket-tables.ts";

const LINUX = process.platform === "linux";
const TCP =
  "   0: 0100007F:1F90 0200A8C0:01BB 01 0000000A:000000FF 00:00000000 00000000  1000        0 12345 1 0000000000000000 100 0 0 10 0";

describe("rows", () => {
  test("IPv4", () => {
    expect(internetSocket(TCP)).toEqual({
      local: "127.0.0.1:8080",
      remote: "192.168.0.2:443",
      state: 1,
      receiveQueue: 255,
      sendQueue: 10,
      inode: 12345n,
    });
  });

  test("IPv6", () => {
    const row = TCP.replace("0100007F", "B80D0120000000000000000001000000").replace(
      "0200A8C0",
      "0000000000000000FFFF00000100007F",
    );
    expect(internetSocket(row)).toMatchObject({
      local: "[2001:db8::1]:8080",
      remote: "[::ffff:127.0.0.1]:443",
    });
  });

  test.each([
    ["0000000000000000: 00000002 00000000 00010000 0001 01 20 /run/a b", "/run/a b"],
    ["0000000000000000: 00000002 00000000 00010000 0001 01 20 @abstract@@", "@abstract@@"],
    ["0000000000000000: 00000003 00000000 00000000 0002 03 20", ""],
  ])("local: %s", (row, path) => {
    expect(localSocket(row)).toMatchObject({ inode: 20n, path });
  });

  test("what is no row is counted, not a reason to fail: a path may hold the end of a line", () => {
    const table = parseTable(`heading\n${TCP}\nnonsense\n${TCP.slice(0, 60)}\n`, internetSocket);
    expect(table.rows.length).toBe(1);
    expect(table.unreadable).toBe(2);
  });
});

describe.skipIf(!LINUX)("this machine (tables of /proc: Linux only)", () => {
  test("a listening socket and who holds it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const found = readInternetTable("/proc/net/tcp").rows.find(({ local }) => local === `127.0.0.1:${port}`);
    expect(found).toMatchObject({ remote: "0.0.0.0:0", state: 10, receiveQueue: 0 });
    const inode = found?.inode ?? 0n;
    expect(socketOwners(new Set([inode])).get(inode)?.pid).toBe(process.pid);
    expect(socketOwners(new Set()).size).toBe(0);
    server.close();
  });

  test("a local socket whose path has a space and the end of a line", async () => {
    const path = join(tmpdir(), `remit a\nb ${process.pid}`);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const { rows, unreadable } = readLocalTable("/proc/net/unix");
    expect(rows.some((row) => path.startsWith(row.path) && row.path.endsWith("remit a"))).toBe(true);
    expect(unreadable).toBeGreaterThan(0);
    server.close();
  });
});
