import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AddressInfo, createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { libc } from "../bun-ffi.ts";
import { OsError } from "../os-error.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { connectTo, type OpenConnection } from "./connect.ts";
import { lookupHost, type Target } from "./lookup.ts";
import { connectByNode } from "./node-socket.ts";

let server: Server;
let port: number;
let connected = 0;
beforeAll(async () => {
  server = createServer((socket) => {
    connected++;
    socket.on("error", () => {}).on("close", () => connected--);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const target = (text: string): Target => {
  const address = parseAddress(text);
  if (!address) throw new Error(text);
  return { address, scope: 0 };
};
const IPV6 = Object.values(networkInterfaces())
  .flat()
  .some((found) => found?.address === "::1");
const LOCAL = target("127.0.0.1");

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await Bun.sleep(5);
}

async function failure(connecting: Promise<OpenConnection>): Promise<unknown> {
  try {
    (await connecting).close();
  } catch (error) {
    return error instanceof OsError ? error.message : error;
  }
  return undefined;
}

describe("connect", () => {
  test("TCP: open until it is closed", async () => {
    const connection = await connectTo("tcp", LOCAL, port);
    await until(() => connected === 1);
    connection.close();
    await until(() => connected === 0);
  });

  test("TCP: nobody listens", async () => {
    expect(await failure(connectTo("tcp", LOCAL, 1))).toBe("Connection refused (os error 111)");
  });

  test("UDP needs nobody", async () => {
    (await connectTo("udp", LOCAL, 1)).close();
  });

  test.skipIf(!IPV6)("UDP by IPv6 (needs ::1)", async () => {
    (await connectTo("udp", target("::1"), 1)).close();
  });

  test.skipIf(!libc())("what the kernel says (needs FFI)", async () => {
    expect(await failure(connectTo("tcp", target("224.0.0.1"), 1))).toBe(
      "Network is unreachable (os error 101)",
    );
    expect(await failure(connectTo("tcp", target("fe80::1"), 1))).toBe("Invalid argument (os error 22)");
  });

  test("without FFI", async () => {
    const close = await connectByNode("tcp", LOCAL, port, 1000);
    await until(() => connected === 1);
    close();
    await until(() => connected === 0);
    (await connectByNode("udp", LOCAL, 1, 1000))();
    await expect(connectByNode("tcp", LOCAL, 1, 1000)).rejects.toThrow("Connection refused");
  });
});

describe("lookup", () => {
  const addressesOf = async (host: string) =>
    (await lookupHost(host)).map(({ address }) => formatAddress(address));

  test.each([
    ["127.0.0.1", ["127.0.0.1"]],
    ["::1", ["::1"]],
    ["127.1", ["127.0.0.1"]],
    ["2130706433", ["127.0.0.1"]],
    ["", []],
    ["nosuch.invalid", []],
    ["127.0.0.1\0.example.com", []],
    ["a b", []],
  ])("%p", async (host, addresses) => {
    expect(await addressesOf(host)).toEqual(addresses);
  });

  test("a name of this machine", async () => {
    expect(await addressesOf("localhost")).toContain("127.0.0.1");
  });

  test.skipIf(!IPV6)("an address of one link (needs ::1)", async () => {
    const [found] = await lookupHost("fe80::1%lo");
    expect(found?.scope).toBe(1);
  });
});
