import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const possible = spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status === 0;

/** How many processes a program is seen to leave behind, by one that counts processes by itself. */
function seen(...options: readonly string[]): string {
  const script = `
    import { openSync } from "node:fs";
    import { execute } from ${JSON.stringify(join(import.meta.dirname, "../process.ts"))};
    import { leftBehind } from ${JSON.stringify(join(import.meta.dirname, "left-behind.ts"))};
    const shell = openSync("/bin/sh", "r");
    const command = "setsid sleep 60 >/dev/null 2>&1 &";
    execute(shell, ["sh", "-c", command], { env: { PATH: "/usr/bin:/bin" }, maxOutput: 9, timeoutMs: 9000 });
    console.log(leftBehind().size);
    process.exit();`;
  const { stdout } = spawnSync("unshare", ["--pid", "--fork", ...options, process.execPath, "-e", script], {
    encoding: "utf8",
  });
  return stdout.trim();
}

test.skipIf(!possible)(
  `a /proc that counts otherwise says nothing of what is ours${possible ? "" : " (skipped: no PID namespace)"}`,
  () => {
    expect(seen("--mount-proc")).toBe("1");
    expect(seen()).toBe("0");
  },
);
