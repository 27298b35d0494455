import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { parseName } from "./name.ts";
import { candidates, type ResolveOptions, resolveName } from "./resolver.ts";
import { startServer, type TestServer } from "./testing.ts";

const ZONE = {
  "both.test A": ["192.0.2.2", "192.0.2.1", "192.0.2.2"],
  "both.test AAAA": ["2001:db8::1"],
  "four.test A": ["192.0.2.4"],
  "alias.test CNAME": ["four.test"],
  "loop.test CNAME": ["loop.test"],
  "dead.test CNAME": ["none.test"],
  "xn--grn-ioa.test A": ["192.0.2.7"],
};

let server: TestServer;
beforeAll(async () => {
  server = await startServer(ZONE);
});
afterAll(() => server.close());
beforeEach(() => {
  server.asked.length = 0;
  server.answering = {};
});

const resolve = (name: string, options: Partial<ResolveOptions> = {}): Promise<string[]> =>
  resolveName(name, {
    protocol: "auto",
    resolver: "127.0.0.1",
    timeoutMs: 2000,
    port: server.port,
    ...options,
  });
const failure = (name: string, options: Partial<ResolveOptions> = {}): Promise<unknown> =>
  resolve(name, options).then(
    (found) => found,
    ({ message }) => message,
  );
const noRecords = (name: string): string =>
  `no records found for Query { name: Name("${name}."), query_type: A, query_class: IN }`;

describe("addresses", () => {
  test("of both families, sorted, each once", async () => {
    expect(await resolve("both.test")).toEqual(["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
    expect(server.asked.sort()).toEqual(["udp both.test A", "udp both.test AAAA"]);
  });

  test("of one family", async () => {
    expect(await resolve("four.test")).toEqual(["192.0.2.4"]);
  });

  test("of an alias", async () => {
    expect(await resolve("alias.test")).toEqual(["192.0.2.4"]);
  });

  test("of a name in capitals, and with a dot at its end", async () => {
    expect(await resolve("FOUR.Test.")).toEqual(["192.0.2.4"]);
  });

  test("of a name that is not ASCII", async () => {
    expect(await resolve("grün.test")).toEqual(["192.0.2.7"]);
  });

  test("an alias of itself", async () => {
    expect(await failure("loop.test")).toBe(noRecords("loop.test"));
  });

  test("an alias of nothing", async () => {
    expect(await failure("dead.test")).toBe(noRecords("none.test"));
  });

  test("none", async () => {
    expect(await failure("none.test")).toBe(noRecords("none.test"));
  });
});

describe("without a question", () => {
  test.each([
    ["192.0.2.9", ["192.0.2.9"]],
    ["2001:DB8:0::9", ["2001:db8::9"]],
    ["::FFFF:1.2.3.4", ["::ffff:1.2.3.4"]],
    ["localhost", ["127.0.0.1", "::1"]],
    ["any.localhost.", ["127.0.0.1", "::1"]],
  ])("%s", async (name, addresses) => {
    expect(await resolve(name)).toEqual(addresses);
    expect(server.asked).toEqual([]);
  });

  test.each(["a.invalid", "a.onion"])("%s is nobody's", async (name) => {
    expect(await failure(name)).toBe(noRecords(name));
    expect(server.asked).toEqual([]);
  });
});

/** Of an answer with records. */
const withoutEnd = (answer: Buffer): Buffer =>
  answer.readUInt16BE(6) === 0 ? answer : answer.subarray(0, answer.length - 1);

describe("transports", () => {
  test("TCP alone", async () => {
    expect(await resolve("four.test", { protocol: "tcp" })).toEqual(["192.0.2.4"]);
    expect(server.asked.sort()).toEqual(["tcp four.test A", "tcp four.test AAAA"]);
  });

  test("an answer that was cut is asked for again by TCP", async () => {
    server.answering = { truncated: true, spoil: withoutEnd };
    expect(await resolve("four.test")).toEqual(["192.0.2.4"]);
    expect(server.asked).toContain("tcp four.test A");
  });

  test("of an answer that was cut UDP alone takes what is whole", async () => {
    server.answering = { truncated: true };
    expect(await resolve("four.test", { protocol: "udp" })).toEqual(["192.0.2.4"]);
    expect(server.asked).not.toContain("tcp four.test A");
  });

  test("nobody listens", async () => {
    expect(await failure("four.test", { port: 1, protocol: "tcp" })).toBe(
      "io error: Connection refused (os error 111)",
    );
    expect(await failure("four.test", { port: 1, protocol: "udp", timeoutMs: 20 })).toBe("request timed out");
  });

  test.each<[string, (answer: Buffer) => Buffer]>([
    ["another id", (answer) => answer.fill((answer[0] ?? 0) ^ 0xff, 0, 1)],
    ["another name", (answer) => answer.fill("x", 13, 14)],
    ["a question", (answer) => answer.fill(0, 2, 4)],
    ["nothing", () => Buffer.alloc(0)],
  ])("%s is no answer", async (_what, spoil) => {
    server.answering = { spoil };
    expect(await failure("four.test", { protocol: "udp", timeoutMs: 20 })).toBe("request timed out");
  });

  test.each(["udp", "tcp"] as const)(
    "a server that never answers by %s takes no more than the limit",
    async (protocol) => {
      server.answering = { silent: true };
      expect(await failure("four.test", { protocol, timeoutMs: 30, maximumMs: 50 })).toBe(
        "limit resolveTimeMs exceeded: at most 50",
      );
    },
  );

  test("an answer that cannot be read", async () => {
    server.answering = { spoil: withoutEnd };
    expect(await failure("four.test", { protocol: "udp" })).toBe("unexpected end of input reached");
  });
});

test.each(["", "x", "1.1.1.1:53", "01.1.1.1", "fe80::1%eth0", "1.1.1"])("no server: %p", async (resolver) => {
  expect(await failure("four.test", { resolver })).toBe(
    "failed to parse resolver IP address: invalid IP address syntax",
  );
});

test.each([
  ["a.b", ["c.d", "e"], ["a.b", "a.b.c.d", "a.b.e"]],
  ["a", ["c.d", "e"], ["a.c.d", "a.e", "a"]],
  ["a.", ["c.d"], ["a"]],
  ["localhost", ["c"], ["localhost", "localhost.c"]],
  ["a", ["no domain"], ["a"]],
])("%s with %p", (name, search, expected) => {
  expect(candidates(parseName(name), search).map((labels) => labels.join("."))).toEqual(expected);
});
