/** docs/sdk.md is what the tables say, and `remit functions` shows the same. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { DOCUMENT, sdkDocument } from "../../docs.ts";
import { executable } from "../support/executable.ts";

const written = readFileSync(DOCUMENT, "utf8");

test("docs/sdk.md is up to date (npm run docs makes it anew)", () => {
  expect(written).toBe(sdkDocument());
});

test("remit functions NAME shows its text", () => {
  for (const name of ["cat", "DirHandle", "FindOptions", "TcpState", "SizeRange::between", "kill"]) {
    const { stdout, status } = spawnSync(executable(), ["functions", name], { encoding: "utf8" });
    expect(status).toBe(0);
    const lines = stdout.split("\n").filter((line) => line.startsWith("  "));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(written).toContain(`\n${line.slice(2)}\n`);
  }
});
