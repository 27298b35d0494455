import { describe, expect } from "bun:test";
import { linkSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory, withEveryKernel } from "../bun-testing.ts";
import { closing } from "./descriptor.ts";
import { statAt } from "./directory.ts";
import { openAt, openDirectory } from "./open.ts";
import { fileStatus, fstat, sameFile } from "./status.ts";

const directory = temporaryDirectory();
writeFileSync(join(directory, "file"), "x".repeat(5000));
linkSync(join(directory, "file"), join(directory, "same"));
writeFileSync(join(directory, "other"), "");
mkdirSync(join(directory, "dir"));
symlinkSync("file", join(directory, "link"));

describe("status", () => {
  withEveryKernel((test) => {
    test("of a name, of the open file, and from the kernel agree", () => {
      closing(openDirectory(directory), (dir) => {
        for (const name of ["file", "dir", "link", "other"]) {
          const expected = fileStatus(lstatSync(join(directory, name), { bigint: true }));
          expect(statAt(dir, name)).toEqual(expected);
          expect(closing(openAt(dir, name, { access: "path" }), fstat)).toEqual(expected);
        }
      });
    });

    test("of devices", () => {
      closing(openDirectory("/dev"), (dir) => {
        const expected = fileStatus(lstatSync("/dev/null", { bigint: true }));
        expect(statAt(dir, "null")).toEqual(expected);
        expect(expected.type).toBe("char");
      });
    });

    test("tells files apart by what they are, not by their names", () => {
      closing(openDirectory(directory), (dir) => {
        expect(sameFile(statAt(dir, "file"), statAt(dir, "same"))).toBe(true);
        expect(sameFile(statAt(dir, "file"), statAt(dir, "other"))).toBe(false);
        expect(sameFile(statAt(dir, "file"), statAt(dir, "link"))).toBe(false);
        expect(statAt(dir, "file").nlink).toBe(2);
      });
    });
  });
});
