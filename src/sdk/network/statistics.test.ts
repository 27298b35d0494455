import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AddressInfo, createServer, type Server } from "node:net";
import { EnumValue, type Value } from "rhai-wasm";
import { caller, messageOf, testRun, thrownBy } from "../testing.ts";
import { networkNamespaces } from "./index.ts";
import { STATISTICS_FILES } from "./statistics.ts";

const call = caller(networkNamespaces);
const ASKED = STATISTICS_FILES.flatMap((path) => [
  `file_system.open file_system::File::${path}`,
  `file_system.read file_system::File::${path}`,
]);

let server: Server;
let address: string;
beforeAll(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const list = (value: Value): Value[] => (Array.isArray(value) ? value : []);
const entry = (value: Value, key: string): Value => (value instanceof Map ? (value.get(key) ?? null) : null);
const constant = (module: string, name: string): unknown =>
  networkNamespaces
    .flatMap(({ constants }) => constants)
    .find((each) => each.module === module && each.name === name)?.value;

describe.skipIf(process.platform !== "linux")("sockets of this machine (Linux only)", () => {
  test("a listening socket, with the process that holds it", () => {
    const run = testRun();
    const stats = call(run, "network_stats");
    expect(run.asked).toEqual(ASKED);
    const found = list(call(run, "internet_connections", stats)).find(
      (each) => call(run, "to_string", call(run, "local_address", each)) === address,
    );
    if (found === undefined) throw new Error("not found");
    expect(call(run, "protocol", found)).toEqual(constant("NetworkProtocol", "TCP") as Value);
    expect(call(run, "state", found)).toEqual(constant("TcpState", "LISTEN") as Value);
    expect(call(run, "pid", call(run, "process_info", found))).toBe(BigInt(process.pid));
    const map = call(run, "to_map", found);
    expect(map).toEqual(
      new Map<string, Value>([
        ["protocol", "Tcp"],
        ["recv_queue", 0n],
        ["send_queue", 0n],
        ["local_address", address],
        ["remote_address", "0.0.0.0:0"],
        ["state", "Listen"],
        ["inode", call(run, "inode", found)],
        ["process_info", call(run, "to_map", call(run, "process_info", found))],
      ]),
    );
    expect(list(entry(call(run, "to_map", stats), "internet_connections"))).toContainEqual(map);
  });

  test("local sockets", () => {
    const run = testRun();
    const [first] = list(call(run, "unix_sockets", call(run, "network_stats")));
    if (first === undefined) return;
    expect([...(call(run, "to_map", first) as Map<string, Value>).keys()]).toEqual([
      ...["protocol", "ref_count", "state", "inode", "path", "process_info"],
    ]);
    expect(call(run, "protocol", first)).toBeInstanceOf(EnumValue);
  });

  test("netstat: the same in maps", () => {
    const run = testRun();
    const found = list(entry(call(run, "netstat"), "internet")).find(
      (each) => entry(each, "local_address") === address,
    );
    expect(run.asked).toEqual(ASKED);
    expect(found).toEqual(
      new Map<string, Value>([
        ["protocol", "Tcp"],
        ["local_address", address],
        ["remote_address", "0.0.0.0:0"],
        ["state", "Listen"],
        ["recv_queue", 0n],
        ["send_queue", 0n],
      ]),
    );
  });
});

describe("denied", () => {
  test.each(ASKED)("without %s nothing is read", (request) => {
    const run = testRun(({ action, resource }) => `${action} ${resource.type}::${resource.id}` !== request);
    const [action = "", resource = ""] = request.split(" file_system::File::");
    const verb = action.replace("file_system.", "");
    const message = `Permission denied: User::"tester" unauthorized to perform file_system::Action::"${verb}" for ${resource}`;
    expect(messageOf(() => call(run, "network_stats"))).toBe(message);
    expect(run.asked.at(-1)).toBe(request);
    expect(thrownBy(() => call(run, "netstat"))).toBe(message);
  });

  test("as an error of the network", () => {
    const value = thrownBy(() =>
      call(
        testRun(() => false),
        "network_stats",
      ),
    );
    expect(entry(value, "kind")).toMatchObject({ type: "RhaiNetworkErrorKind", name: "PermissionDenied" });
  });
});
