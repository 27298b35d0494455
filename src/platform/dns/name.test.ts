import { describe, expect, test } from "bun:test";
import { addressOf, parseAddress } from "./address.ts";
import { parseHosts, parseResolvConf } from "./configuration.ts";
import { asciiOf, parseName } from "./name.ts";

describe("names", () => {
  test.each([
    ["a..b", "Malformed label: "],
    [".a", "Malformed label: "],
    ["-a.b", "Malformed label: -a"],
    ["a b", "unrecognized char:  "],
    ["[::1]", "Label contains invalid characters: Err(Errors)"],
    ["a_b.c", "Label contains invalid characters: Err(Errors)"],
    ["_a!.b", "Malformed label: _a!"],
    ["_ä.b", "Malformed label: _ä"],
    [`_${"a".repeat(63)}.b`, "label bytes exceed 63: 64"],
    ["a/b", "Label contains invalid characters: Err(Errors)"],
    ["xn--", "Label contains invalid characters: Err(Errors)"],
    [`${"a".repeat(64)}.b`, "label bytes exceed 63: 64"],
    [`${"a".repeat(49)}.`.repeat(6), "name label data exceed 255: 301"],
  ])("%p", (text, message) => {
    expect(() => parseName(text)).toThrow(message);
  });

  test.each([
    ["", [], true],
    [".", [], true],
    ["A.B", ["a", "b"], false],
    ["_x._tcp.b.", ["_x", "_tcp", "b"], true],
    ["*.b", ["*", "b"], false],
    ["GRÜN", ["grün"], false],
  ])("%p", (text, labels, absolute) => {
    expect(parseName(text)).toEqual({ labels, absolute });
  });

  test("are sent as ASCII", () => {
    expect(asciiOf("grün")).toBe("xn--grn-ioa");
    expect(asciiOf("_TCP")).toBe("_tcp");
  });
});

describe("addresses", () => {
  test.each([
    ["1.2.3.4", "1.2.3.4"],
    ["01.2.3.4", undefined],
    ["1.2.3", undefined],
    ["::", "::"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["fe80::1%lo", undefined],
    ["a.test", undefined],
  ])("%s", (text, address) => {
    expect(parseAddress(text)).toBe(address);
  });

  test("of bytes", () => {
    expect(addressOf(new Uint8Array([127, 0, 0, 1]))).toBe("127.0.0.1");
    expect(addressOf(new Uint8Array(16))).toBe("::");
    expect(addressOf(new Uint8Array(5))).toBeUndefined();
  });
});

describe("resolv.conf", () => {
  test("servers and domains; the last list of domains counts", () => {
    const text =
      "# comment\nnameserver 192.0.2.1 # one\nnameserver fe80::1%eth0\nnameserver x\nsearch a.test b.test\nsearch c.test a.test\noptions ndots:5\n";
    expect(parseResolvConf(text, "host")).toEqual({
      servers: ["192.0.2.1", "fe80::1"],
      search: ["c.test", "a.test"],
    });
  });

  test("the domain of the machine's own name comes first", () => {
    expect(parseResolvConf("search b.test", "host.a.test").search).toEqual(["a.test", "b.test"]);
    expect(parseResolvConf("domain c.test", "host.a.test").search).toEqual(["c.test"]);
    expect(parseResolvConf("", "host").search).toEqual([]);
  });
});

test("hosts", () => {
  expect(parseHosts("127.0.0.1 localhost A.test. # b.test\n::1 localhost\nx c.test\n\n")).toEqual(
    new Map([
      ["localhost", ["127.0.0.1", "::1"]],
      ["a.test", ["127.0.0.1"]],
    ]),
  );
});
