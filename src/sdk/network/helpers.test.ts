import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import type { Value } from "rhai-wasm";
import { caller, messageOf, testRun, thrownBy } from "../testing.ts";
import { networkNamespaces } from "./index.ts";
import { thrown, waitFor } from "./testing.ts";

const call = caller(networkNamespaces);
const DENIED =
  'Permission denied: User::"tester" unauthorized to perform sysinfo::Action::"list" for sysinfo::Sysinfo::sysinfo::Sysinfo::"';

let server: Server;
let base: string;
beforeAll(async () => {
  server = createServer((_request, response) => response.end("text"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

describe("curl", () => {
  test("allowed", async () => {
    const run = testRun();
    const response = await waitFor(run, "curl", base);
    expect([call(run, "status", response), call(run, "text", response)]).toEqual([200n, "text"]);
    expect(run.asked).toEqual([`network.GET network::url::${base}`]);
  });

  test("denied, and what is no URL: plain texts", async () => {
    expect(
      await thrown(
        waitFor(
          testRun(() => false),
          "curl",
          base,
        ),
      ),
    ).toBe(
      `Permission denied: User::"tester" unauthorized to perform network::Action::"GET" for network::url::"${base}"`,
    );
    expect(await thrown(waitFor(testRun(), "curl", "no URL"))).toBe("failed to clone request");
  });
});

describe("this machine", () => {
  test("its name", () => {
    const run = testRun();
    expect(call(run, "hostname")).toBe(hostname());
    expect(run.asked.length).toBe(1);
    expect(run.asked[0]).toStartWith("sysinfo.list sysinfo::Sysinfo::");
    const value = thrownBy(() =>
      call(
        testRun(() => false),
        "hostname",
      ),
    );
    expect(String(value)).toStartWith(DENIED);
  });

  test.each(["ip_addresses", "ip_addr"])("%s", (name) => {
    const run = testRun();
    const networks = call(run, name);
    if (!Array.isArray(networks)) throw new Error("no array");
    const maps = networks.map((network) => call(run, "to_map", network));
    const loopback = maps.find(
      (map) => map instanceof Map && (map.get("addresses") as Value[]).includes("127.0.0.1"),
    );
    expect([...(loopback as Map<string, Value>).keys()]).toEqual(["interface_name", "addresses"]);
    expect(
      messageOf(() =>
        call(
          testRun(() => false),
          name,
        ),
      ),
    ).toStartWith(DENIED);
  });

  test("the errors of ip_addresses are the system's, those of ip_addr texts", () => {
    const denied = testRun(() => false);
    const value = thrownBy(() => call(denied, "ip_addresses"));
    expect(value instanceof Map && value.get("source")).toBe("SysteminfoErrorKind");
    expect(typeof thrownBy(() => call(denied, "ip_addr"))).toBe("string");
  });
});
