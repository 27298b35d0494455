import { describe, expect, test } from "bun:test";
import { Thrown, type Value } from "rhai-wasm";
import { caller, messageOf, type TestRun, testRun, waitFor } from "../testing.ts";
import { sysinfoNamespaces } from "./index.ts";
import { resolveNamespaces } from "./resolve.ts";

const call = caller(sysinfoNamespaces);
const operations = sysinfoNamespaces.flatMap((namespace) => namespace.operations);

/** What `name(…args)` comes to; of an error for the script the value that it catches. */
async function settled(run: TestRun, name: string, ...args: Value[]): Promise<Value> {
  const operation = operations.find((candidate) => candidate.name === name);
  if (!operation) throw new Error(`no operation ${name}`);
  try {
    return await waitFor(run, operation, args);
  } catch (error) {
    if (error instanceof Thrown) return error.value;
    throw error;
  }
}

function options(set: { readonly [name: string]: Value }): Value {
  const run = testRun();
  let builder = call(run, "ResolveOptions");
  for (const [name, value] of Object.entries(set)) builder = call(run, name, builder, value);
  return call(run, "build", builder);
}

const resolve = (set: { readonly [name: string]: Value }, run = testRun()): Promise<Value> =>
  settled(run, "resolve_hostname", call(run, "SystemInfo"), options(set));
const messageIn = (error: Value): Value => (error instanceof Map ? (error.get("message") ?? null) : null);
const constant = (name: string): Value => {
  const [{ constants = [] } = {}] = resolveNamespaces;
  return constants.find((candidate) => candidate.name === name)?.value as Value;
};

describe("resolving", () => {
  test("an address is its own, whatever the options", async () => {
    const run = testRun();
    const set = { hostname: "::1", protocol: constant("TCP"), timeout: 2n, resolver: "192.0.2.1" };
    expect(await resolve(set, run)).toEqual(["::1"]);
    expect(run.asked).toEqual(["sysinfo.resolve_hostname sysinfo::Hostname::::1"]);
  });

  test("localhost", async () => {
    const addresses = await resolve({ hostname: "localhost", resolver: "192.0.2.1" });
    expect(addresses).toContain("127.0.0.1");
  });

  test("denied", async () => {
    const denial =
      'Permission denied: User::"tester" unauthorized to perform sysinfo::Action::"resolve_hostname" for sysinfo::Hostname::sysinfo::Hostname::"a.test"';
    const run = testRun(() => false);
    expect(messageIn(await resolve({ hostname: "a.test" }, run))).toBe(denial);
    expect(await settled(run, "resolve", "a.test")).toBe(denial);
  });

  test("a server that must not be connected to is not asked", async () => {
    const run = testRun(
      () => true,
      ({ action, resource }) => action === "network.connect" && resource.id === "127.0.0.1",
    );
    for (const resolver of ["127.0.0.1", "::ffff:127.0.0.1"])
      expect(messageIn(await resolve({ hostname: "a.test", resolver }, run))).toBe(
        'Permission denied: User::"tester" unauthorized to perform network::Action::"connect" for network::url::"127.0.0.1"',
      );
    expect(await resolve({ hostname: "localhost", resolver: "127.0.0.2" }, run)).toContain("127.0.0.1");
  });

  test.each(['a"b', "a\\b", "a\u0001"])("%j is no entity of a policy", async (hostname) => {
    const run = testRun();
    expect(messageIn(await resolve({ hostname }, run))).toBe("Authorization check failed");
    expect(run.asked).toEqual([]);
  });

  test("errors say the name as it was given, after the policy was asked", async () => {
    const run = testRun();
    expect(messageIn(await resolve(NO_SERVER, run))).toBe(
      "DNS resolution failed for hostname: A.invalid, reason: failed to parse resolver IP address: invalid IP address syntax",
    );
    expect(run.asked).toEqual(["sysinfo.resolve_hostname sysinfo::Hostname::A.invalid"]);
  });
});

const NO_SERVER = { hostname: "A.invalid", resolver: "no address" };

test("options", () => {
  expect(messageOf(() => options({}))).toBe("`hostname` must be initialized");
  expect(messageOf(() => options({ hostname: "a", timeout: -1n }))).toBe(
    "Parameter conversion failed for timeout: out of range integral type conversion attempted",
  );
  expect(options({ hostname: "a" })).toMatchObject({
    values: { hostname: "a", resolver: undefined, timeout: 5n, protocol: { ordinal: 0 } },
  });
});
