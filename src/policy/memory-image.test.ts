import { expect, test } from "bun:test";
import { applyImage, packImage, unpackImage } from "./memory-image.ts";

test("a new memory becomes the one of the image", () => {
  const made = new WebAssembly.Memory({ initial: 3 });
  const before = new Uint8Array(made.buffer).slice(0, 2 * 65_536);
  before.fill(7, 0, 5000);
  const after = new Uint8Array(made.buffer);
  after.fill(7, 0, 4000);
  after.set([1, 2, 3], 70_000);
  after.set([9], 3 * 65_536 - 1);
  const image = unpackImage(Buffer.from(packImage("grün", 11, before, after)));
  expect([image.key, image.extra, image.memoryBytes]).toEqual(["grün", 11, 3 * 65_536]);
  // The second page and the two that were written to; the others are as in a new instance.
  expect(image.pages.length).toBe(4 * (4096 + 4));
  const fresh = new WebAssembly.Memory({ initial: 2 });
  new Uint8Array(fresh.buffer).fill(7, 0, 5000);
  applyImage(image, fresh);
  expect(Buffer.from(fresh.buffer).equals(Buffer.from(made.buffer))).toBe(true);
});
