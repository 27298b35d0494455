import { describe, expect, test } from "bun:test";
import { looksRemote, parseMounts, storage } from "./mounts.ts";

const TABLE = `proc /proc proc rw,relatime 0 0
tmpfs /dev/shm tmpfs rw,size=64k 0 0
/dev/vda / ext4 rw,relatime,size=1,size=2 0 0
tmpfs /dev/shm tmpfs ro 0 0
server:/share /mnt/my\\040files\\134x nfs4 rw,addr=192.0.2.1 0 0
tmpfs /run tmpfs rw 0 0
/dev/sdb1 /run/media/stick vfat rw 0 0
tmpfs /sys/fs/x tmpfs rw 0 0
broken line
`;

test("lines", () => {
  expect(parseMounts(TABLE)[4]).toEqual({
    device: "server:/share",
    path: "/mnt/my files\\x",
    kind: "nfs4",
    options: ["rw", "addr=192.0.2.1"],
  });
  expect(parseMounts(TABLE)).toHaveLength(8);
});

test("of an option that is given twice the last counts", () => {
  expect(parseMounts(TABLE)[2]?.options).toEqual(["rw", "relatime", "size=2"]);
});

test("what holds files, each once", () => {
  expect(storage(parseMounts(TABLE)).map(({ path }) => path)).toEqual([
    "/dev/shm",
    "/",
    "/mnt/my files\\x",
    "/run/media/stick",
  ]);
});

describe("shares of other machines", () => {
  test.each([
    ["server:/share", true],
    ["//server/share", true],
    ["fs-NFS", true],
    ["/dev/vda", false],
    ["tmpfs", false],
  ])("%s: %p", (device, remote) => {
    expect(looksRemote({ device, path: "/", kind: "x", options: [] })).toBe(remote);
  });
});
