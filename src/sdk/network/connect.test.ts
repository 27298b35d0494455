import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { lookup } from "node:dns/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { LIMITS } from "../../platform/limits.ts";
import { transportNamespace } from "../sysinfo/transport.ts";
import { testRun } from "../testing.ts";
import { Connection } from "./connect.ts";
import { thrown, waitFor } from "./testing.ts";

let server: Server;
let port: bigint;
let connected = 0;
beforeAll(async () => {
  server = createServer((socket) => {
    connected++;
    socket.on("error", () => {}).on("close", () => connected--);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = BigInt((server.address() as AddressInfo).port);
});
afterAll(() => server.close());

const transport = (name: string) => {
  const found = transportNamespace.constants.find((constant) => constant.name === name)?.value;
  if (typeof found !== "object") throw new Error(name);
  return found;
};
const [AUTO, TCP, UDP] = [transport("AUTO"), transport("TCP"), transport("UDP")];
const connect = (run = testRun(), host = "127.0.0.1", to = port, by = TCP) =>
  waitFor(run, "connect", host, to, by);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await Bun.sleep(5);
}

describe("connect", () => {
  test("the host is asked for, the port is not", async () => {
    const run = testRun();
    const connection = await connect(run);
    expect(run.asked).toEqual(["network.connect network::url::127.0.0.1"]);
    expect(connection).toBeInstanceOf(Connection);
    await until(() => connected === 1);
    if (connection instanceof Connection) connection.release();
    await until(() => connected === 0);
  });

  test("denied: nobody is connected to", async () => {
    const run = testRun(() => false);
    expect(await thrown(connect(run, "localhost"))).toBe(
      'PermissionDenied: Permission denied: User::"tester" unauthorized to perform network::Action::"connect" for network::url::"localhost"',
    );
    await Bun.sleep(10);
    expect(connected).toBe(0);
  });

  test.each(["127.1", "0x7f.0.0.1", "2130706433", "::ffff:127.0.0.1", "::ffff:7f00:1"])(
    "an address in another spelling is asked for as it is, too: %s",
    async (host) => {
      const run = testRun();
      const connection = await connect(run, host);
      expect(run.asked).toEqual([
        `network.connect network::url::${host}`,
        "network.connect network::url::127.0.0.1",
      ]);
      if (connection instanceof Connection) connection.release();
      const denied = testRun(({ resource }) => resource.id !== "127.0.0.1");
      expect(await thrown(connect(denied, host))).toContain('network::url::"127.0.0.1"');
    },
  );

  test("a forbid of an address holds for the name that stands for it, and for it in every spelling", async () => {
    // Its own: connections of the tests before may still come to the other.
    let reached = 0;
    const own = createServer((socket) => {
      reached++;
      socket.on("error", () => {}).end();
    });
    await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
    const to = BigInt((own.address() as AddressInfo).port);
    const forbidding = (address: string) =>
      testRun(
        () => true,
        ({ resource }) => resource.id === address,
      );
    for (const { address } of await lookup("localhost", { all: true })) {
      const refused = thrown(connect(forbidding(address), "localhost", to));
      expect(await refused).toContain(`for network::url::"${address}"`);
    }
    const elsewhere = forbidding("169.254.169.254");
    const connection = await connect(elsewhere, "localhost", to);
    if (connection instanceof Connection) connection.release();
    expect(await thrown(connect(elsewhere, "::ffff:a9fe:a9fe", to))).toContain('"169.254.169.254"');
    await until(() => reached > 0);
    expect(reached).toBe(1);
    own.close();
  });

  test("by TCP, UDP and whichever works", async () => {
    expect(await thrown(connect(testRun(), "127.0.0.1", 1n))).toBe(
      "Other: Connection refused (os error 111)",
    );
    for (const by of [UDP, AUTO]) {
      const connection = await connect(testRun(), "127.0.0.1", 1n, by);
      if (connection instanceof Connection) connection.release();
    }
  });

  test.each(["nosuch.invalid", "", "127.0.0.1:80", "a b"])("no host: %p", async (host) => {
    for (const by of [TCP, AUTO]) {
      expect(await thrown(connect(testRun(), host, 7n, by))).toBe(`Other: Invalid address format: ${host}:7`);
    }
  });

  test.each(['a"b', "a\\b", "a\0b", "127.0.0.1\n"])("what is no name is not asked for: %j", async (host) => {
    const run = testRun();
    expect(await thrown(connect(run, host))).toBe("AuthorizationError: Authorization check failed");
    expect(run.asked).toEqual([]);
  });

  test.each([-1n, 65_536n])("no port: %d", (to) => {
    const run = testRun();
    expect(() => connect(run, "127.0.0.1", to)).toThrow();
    expect(run.asked).toEqual([]);
  });

  test("connections are among the descriptors that a script may hold", async () => {
    const open: Connection[] = [];
    try {
      const all = (async () => {
        for (let count = 0; count <= LIMITS.openHandles; count++) {
          const connection = await connect(testRun(), "127.0.0.1", 1n, UDP);
          if (connection instanceof Connection) open.push(connection);
        }
      })();
      expect(await thrown(all)).toBe(`Other: limit openHandles exceeded: at most ${LIMITS.openHandles}`);
      expect(open.length).toBe(LIMITS.openHandles);
    } finally {
      for (const connection of open) connection.release();
    }
  });
});
