import { expect, test } from "bun:test";
import { formatAddress, parseAddress, spelledAddress, unmapped } from "./address.ts";

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::", "::"],
  ["::1", "::1"],
  ["1:0:0:0:0:0:0:1", "1::1"],
  ["2001:DB8::0:1", "2001:db8::1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["1:0:0:2:3:0:0:4", "1::2:3:0:0:4"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::FFFF:1.2.3.4", "::ffff:1.2.3.4"],
  ["::1.2.3.4", "::102:304"],
  ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
])("%s is written %s", (text, canonical) => {
  const address = parseAddress(text);
  expect(address && formatAddress(address)).toBe(canonical);
});

test.each([
  "",
  "localhost",
  "1.2.3",
  "1.2.3.4.5",
  "256.1.1.1",
  "010.0.0.1",
  "0x7f.0.0.1",
  "1.2.3.4 ",
  "[::1]",
  "fe80::1%lo",
  ":::",
  "1::2::3",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7:8::",
  "1:2:3",
  "1.2.3.4::",
  "::1.2.3.4:1",
  "::12345",
  ":1",
  "1:",
])("%p is no address", (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test("a mapped address is the one it stands for", () => {
  expect(unmapped(parseAddress("::ffff:127.0.0.1") ?? new Uint8Array())).toEqual(Uint8Array.of(127, 0, 0, 1));
  expect(unmapped(parseAddress("::1") ?? new Uint8Array()).length).toBe(16);
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["127.1", "127.0.0.1"],
  ["2130706433", "127.0.0.1"],
  ["0x7f000001", "127.0.0.1"],
  ["0177.0.0.0x1", "127.0.0.1"],
  ["[::1]", "::1"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["localhost", undefined],
  ["1.example", undefined],
  ["[127.0.0.1]", undefined],
  ["4294967296", undefined],
  ["1.2.3.4.5", undefined],
  ["127.0.0.1:80", undefined],
  ["", undefined],
])("%p is the address %p", (host, canonical) => {
  const address = spelledAddress(host);
  expect(address && formatAddress(address)).toBe(canonical as string);
});
