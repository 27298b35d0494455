import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { temporaryDirectory } from "./bun-testing.ts";
import { startSystemd, type TestSystemd } from "./bus/systemd-testing.ts";
import { NO_BUS, startBus, type TestBus } from "./bus/testing.ts";
import { type BusCall, BusError, NoBus, usingSystemBus } from "./bus.ts";
import { LIMITS, LimitError } from "./limits.ts";

const VARIABLE = "DBUS_SYSTEM_BUS_ADDRESS";
const before = process.env[VARIABLE];
afterAll(() => {
  if (before === undefined) delete process.env[VARIABLE];
  else process.env[VARIABLE] = before;
});

const LOAD: BusCall = {
  destination: "org.freedesktop.systemd1",
  path: "/org/freedesktop/systemd1",
  interface: "org.freedesktop.systemd1.Manager",
  member: "LoadUnit",
  signature: "s",
};

async function failure(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe.skipIf(NO_BUS !== "")(`a real bus${NO_BUS}`, () => {
  let bus: TestBus;
  let systemd: TestSystemd;
  beforeAll(async () => {
    bus = await startBus();
    systemd = await startSystemd(bus.address, {
      "a.service": { Description: "grüße", ActiveState: "active", MemoryCurrent: 2n ** 64n - 1n },
      "large.service": { Description: "x".repeat(LIMITS.busMessageBytes), ActiveState: "active" },
    });
    process.env[VARIABLE] = bus.address;
  });
  afterAll(async () => {
    await systemd.stop();
    bus.stop();
  });

  const properties = (path: unknown, member: string, ...body: string[]): BusCall => ({
    ...LOAD,
    path: String(path),
    interface: "org.freedesktop.DBus.Properties",
    member,
    signature: "s".repeat(body.length),
    body,
  });

  test("calls, one after the other and at once", async () => {
    const [all, memory] = await usingSystemBus("effective", async (call) => {
      const path = await call({ ...LOAD, body: ["a.service"] });
      return Promise.all([
        call(properties(path, "GetAll", "org.freedesktop.systemd1.Unit")),
        call(properties(path, "Get", "org.freedesktop.systemd1.Service", "MemoryCurrent")),
      ]);
    });
    expect(all).toMatchObject({ Description: "grüße", Documentation: [], NeedDaemonReload: false });
    expect(memory).toBe(18446744073709551615n);
  });

  test("an error has its name and its text", async () => {
    const error = await failure(usingSystemBus("effective", (call) => call({ ...LOAD, body: ["no unit"] })));
    expect(error).toBeInstanceOf(BusError);
    expect(error).not.toBeInstanceOf(NoBus);
    expect(error).toMatchObject({
      message: "org.freedesktop.DBus.Error.InvalidArgs: Unit name no unit is not valid.",
      errorName: "org.freedesktop.DBus.Error.InvalidArgs",
    });
  });

  test("nobody has the name that is called", async () => {
    const error = await failure(
      usingSystemBus("effective", (call) =>
        call({ ...LOAD, destination: "org.example.Nobody", body: ["a"] }),
      ),
    );
    expect(String(error)).toContain("org.freedesktop.DBus.Error.ServiceUnknown");
  });

  test("an answer that is too large", async () => {
    const asked = usingSystemBus("effective", async (call) => {
      const path = await call({ ...LOAD, body: ["large.service"] });
      return call(properties(path, "GetAll", "org.freedesktop.systemd1.Unit"));
    });
    expect(await failure(asked)).toEqual(new LimitError("busMessageBytes", LIMITS.busMessageBytes));
  });

  test("the connection ends with its use, also when that fails", async () => {
    const names = (): Promise<unknown> =>
      usingSystemBus("effective", (call) => call({ ...DAEMON, member: "ListNames" }));
    const DAEMON = {
      destination: "org.freedesktop.DBus",
      path: "/org/freedesktop/DBus",
      interface: "org.freedesktop.DBus",
    };
    const count = async (): Promise<number> => ((await names()) as unknown[]).length;
    const first = await count();
    await failure(usingSystemBus("effective", () => Promise.reject(new Error("of the use"))));
    await Bun.sleep(50);
    expect(await count()).toBe(first);
  });
});

describe("no bus", () => {
  const directory = temporaryDirectory();
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  async function listening(name: string, served: (socket: Socket) => void): Promise<void> {
    const path = join(directory, name);
    const server = createServer(served);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    process.env[VARIABLE] = `unix:path=${path}`;
  }
  const hello = (timeMs?: number): Promise<unknown> =>
    failure(usingSystemBus("effective", () => Promise.resolve("reached"), timeMs));

  test("nobody listens", async () => {
    process.env[VARIABLE] = `unix:path=${directory}/none`;
    const error = await hello();
    expect(error).toBeInstanceOf(NoBus);
    expect(String(error)).toContain(
      `Failed to connect to address \`unix:path=${directory}/none\`: No such file or directory (os error 2)`,
    );
  });

  test("who listens never answers", async () => {
    await listening("silent", () => undefined);
    expect(await hello(50)).toEqual(new LimitError("busTimeMs", 50));
  });

  test("who listens hangs up", async () => {
    await listening("closing", (socket) => socket.destroy());
    expect(await hello()).toBeInstanceOf(NoBus);
  });

  test("who listens refuses", async () => {
    await listening("refusing", (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", () => socket.write("REJECTED EXTERNAL\r\n"));
    });
    expect(await hello()).toBeInstanceOf(NoBus);
  });

  test("who listens talks nonsense", async () => {
    await listening("babbling", (socket) => {
      socket.on("error", () => undefined);
      socket.write("OK 0123456789abcdef\r\n");
      socket.write(Buffer.alloc(4096, 0xff));
    });
    expect(await hello()).toBeInstanceOf(NoBus);
  });
});
