import { expect, test } from "bun:test";
import { MemoryTransport } from "./memory.ts";

const transport = new MemoryTransport(new Map([["metadata/1.root.json", Buffer.from("root")]]));
const get = (path: string, maxBytes = 4) => transport.get(path, { maxBytes });

test("has the files that it was given, and no others", async () => {
  expect(await get("metadata/1.root.json")).toEqual({ status: 200, body: Buffer.from("root") });
  for (const path of ["metadata/2.root.json", "", "constructor"])
    expect(await get(path)).toEqual({ status: 404 });
});

test("gives no file that is larger than it may be", async () => {
  await expect(get("metadata/1.root.json", 3)).rejects.toMatchObject({ code: "too_large" });
});
