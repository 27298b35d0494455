import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf, temporaryDirectory, unprivileged } from "./bun-testing.ts";
import { asUser, CAPABILITY, capabilities, mayBecomeRoot, NotThatUser, ROOT } from "./privilege.ts";

const NOBODY = 65534;
const directory = temporaryDirectory();
const root = process.geteuid?.() === ROOT;
const skipped = root ? "" : " (skipped: not root)";

/** What the kernel says of this thread's users and capabilities. */
const credentials = (): string =>
  readFileSync("/proc/thread-self/status", "utf8")
    .split("\n")
    .filter((line) => /^(Uid|Gid|Cap|NoNewPrivs)/.test(line))
    .join("\n");

test("what may be done", () => {
  expect(mayBecomeRoot()).toBe(root || capabilities().has(CAPABILITY.setuid));
  const [, effective] = /^CapEff:\s*(\S+)/m.exec(credentials()) ?? [];
  const bits = [...capabilities()].reduce((sum, capability) => sum | (1n << BigInt(capability)), 0n);
  expect(bits).toBe(BigInt(`0x${effective}`));
});

test("an unprivileged user has no capability, and may not become root", () => {
  const [own, may] = unprivileged(() => [capabilities().size, mayBecomeRoot()]);
  if (root) expect([own, may]).toEqual([0, false]);
});

describe.skipIf(!root)(`another user${skipped}`, () => {
  test("in all that is done meanwhile, and nobody afterwards", () => {
    const before = credentials();
    const path = join(directory, "file");
    writeFileSync(path, "secret", { mode: 0o600 });
    const seen = asUser(NOBODY, () => [process.getuid?.(), process.geteuid?.()]);
    expect(seen).toEqual([NOBODY, NOBODY]);
    expect(asUser(NOBODY, () => failureOf(() => readFileSync(path)))).toBe("EACCES");
    expect(readFileSync(path, "utf8")).toBe("secret");
    expect(credentials()).toBe(before);
  });

  test("and back where what is done fails", () => {
    const before = credentials();
    expect(() =>
      asUser(NOBODY, () => {
        throw new Error("failed");
      }),
    ).toThrow("failed");
    expect(credentials()).toBe(before);
  });

  test("within another", () => {
    const before = credentials();
    // The saved user is root, so there is a way back to it.
    const seen = asUser(NOBODY, () => [
      process.geteuid?.(),
      asUser(ROOT, () => process.geteuid?.()),
      process.geteuid?.(),
    ]);
    expect(seen).toEqual([NOBODY, ROOT, NOBODY]);
    expect(credentials()).toBe(before);
  });

  test("our own files in /proc stay ours", () => {
    asUser(NOBODY, () => undefined);
    expect(statSync("/proc/self/fd").uid).toBe(process.geteuid?.() ?? -1);
    expect(readFileSync("/proc/self/environ")).toBeInstanceOf(Buffer);
  });
});

const MODULE = join(import.meta.dirname, "privilege.ts");
const PROCESS = join(import.meta.dirname, "process.ts");
const become = `
  import { openSync, readFileSync } from "node:fs";
  import { execute } from ${JSON.stringify(PROCESS)};
  import { asUser, capabilities, mayBecomeRoot, NotThatUser } from ${JSON.stringify(MODULE)};
  const status = () => readFileSync("/proc/thread-self/status", "utf8").split("\\n").filter((l) => /^(Uid|Cap)/.test(l)).join("\\n");
  const before = status();
  let inside;
  try {
    inside = asUser(0, () => [process.getuid(), process.geteuid()]);
  } catch (error) {
    inside = error instanceof NotThatUser ? error.code : String(error);
  }
  let ran;
  try {
    const options = { env: {}, uid: 0, maxOutput: 100, timeoutMs: 5000 };
    ran = new TextDecoder().decode(execute(openSync("/usr/bin/id", "r"), ["id", "-u"], options).stdout);
  } catch (error) {
    ran = error.code;
  }
  const readable = readFileSync("/proc/self/environ").length > 0;
  console.log(JSON.stringify({ may: mayBecomeRoot(), inside, ran, same: status() === before, readable }));
`;

/** Runs the same as nobody, with these capabilities. */
function asNobody(...capabilities: readonly string[]) {
  const sets = capabilities.map((name) => `+${name}`).join(",");
  const kept = sets === "" ? [] : [`--inh-caps=${sets}`, `--ambient-caps=${sets}`];
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", ...kept];
  const { stdout, stderr } = spawnSync("setpriv", [...user, process.execPath, "-e", become], {
    encoding: "utf8",
    cwd: directory,
    env: { HOME: "/nonexistent" },
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
}

const readable =
  root &&
  [MODULE, process.execPath].every(
    (path) => spawnSync("setpriv", [`--reuid=${NOBODY}`, "--clear-groups", "test", "-r", path]).status === 0,
  );

describe.skipIf(!readable)(
  `a process that is not root${readable ? "" : " (skipped: needs root, setpriv, and sources that others may read)"}`,
  () => {
    test("becomes it with CAP_SETUID, runs programs as root, and has its capabilities back afterwards", () => {
      const became = { may: true, inside: [0, 0], ran: "0\n", same: true, readable: true };
      expect(asNobody("setuid", "chown")).toEqual(became);
    });
    test("does not without", () => {
      const stayed = { may: false, inside: "EPERM", ran: "EPERM", same: true, readable: true };
      expect(asNobody()).toEqual(stayed);
      expect(asNobody("chown")).toEqual(stayed);
    });
  },
);

test("a user that an unprivileged one cannot become", () => {
  const other = 12_345;
  expect(codeOf(() => unprivileged(() => asUser(other, () => undefined)))).toBe("EPERM");
  expect(() => unprivileged(() => asUser(other, () => undefined))).toThrow(NotThatUser);
});

function failureOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}
