import { expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { formatAddress, parseAddress } from "./address.ts";
import { interfaces } from "./interfaces.ts";

test("all that Node lists, in one spelling", () => {
  const found = interfaces();
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    for (const { address } of addresses) {
      const parsed = parseAddress(address);
      expect(found.get(name)).toContain(parsed ? formatAddress(parsed) : address);
    }
  }
  expect([...found.values()].flat()).toContain("127.0.0.1");
  expect([...found.keys()]).toEqual([...found.keys()].sort());
});

test.skipIf(!existsSync("/sys/class/net"))("those without an address, too (needs /sys)", () => {
  const links = readdirSync("/sys/class/net", { withFileTypes: true }).filter((entry) =>
    entry.isSymbolicLink(),
  );
  expect([...interfaces().keys()]).toEqual(links.map(({ name }) => name).sort());
});
