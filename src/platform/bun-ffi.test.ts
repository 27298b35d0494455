import { expect, test } from "bun:test";
import { libc } from "./bun-ffi.ts";
import { codeOf } from "./bun-testing.ts";

test("errors carry what errno said of the call, also amid other work", () => {
  const functions = libc();
  if (functions === undefined) throw new Error("these tests need FFI");
  const path = new TextEncoder().encode("/nonexistent\0");
  const garbage: unknown[] = [];
  for (let i = 0; i < 20_000; i++) {
    garbage[i % 100] = { text: String(i), array: new Array(10).fill(i) };
    const address = functions.addressOf(path);
    expect(codeOf(() => functions.check(functions.functions.unlinkat(-100, address, 0)))).toBe("ENOENT");
  }
});

test("what did not fail is passed on", () => {
  expect(libc()?.check(0)).toBe(0);
  expect(libc()?.check(7)).toBe(7);
});

test("the library is loaded once", () => expect(libc()).toBe(libc()));
