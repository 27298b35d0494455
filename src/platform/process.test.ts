import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { functionsOfC, libc } from "./bun-ffi.ts";
import { codeOf, temporaryDirectory } from "./bun-testing.ts";
import { closing } from "./file/descriptor.ts";
import type { Fd } from "./file/types.ts";
import { LimitError } from "./limits.ts";
import { executeNatively } from "./process/native-program.ts";
import { executeByNode } from "./process/node-program.ts";
import { decode, OPTIONS, shell, withFd } from "./process/testing.ts";
import type { ExecuteOptions, ExecuteResult } from "./process/types.ts";
import { execute, isOwnExecutable, NamespaceRefused, openProcess } from "./process.ts";

const directory = temporaryDirectory();
const root = process.geteuid?.() === 0;
const NOBODY = 65534;
const F_DUPFD = 0;

function shown(result: ExecuteResult): readonly [number, string, string] {
  return [result.exitCode, decode(result.stdout), decode(result.stderr)];
}

const functions = libc();
if (functions === undefined) throw new Error("these tests need FFI");

type Execute = (fd: Fd, argv: readonly string[], options: ExecuteOptions) => ExecuteResult;
const IMPLEMENTATIONS: { readonly [name: string]: (script: boolean) => Execute } = {
  native: (script) => (fd, argv, options) => executeNatively(functions, { fd, script, argv, options }),
  "without FFI": (script) => (fd, argv, options) => executeByNode({ fd, script, argv, options }),
};

for (const [name, implementation] of Object.entries(IMPLEMENTATIONS)) {
  const run = implementation(false);
  const shell = (command: string, options: Partial<ExecuteOptions> = {}): ExecuteResult =>
    withFd("/bin/sh", (fd) => run(fd, ["sh", "-c", command], { ...OPTIONS, ...options }));

  describe(name, () => {
    test("what a program writes, and how it ends", () => {
      expect(shown(shell("echo out; echo err >&2; exit 3"))).toEqual([3, "out\n", "err\n"]);
      expect(shown(shell(""))).toEqual([0, "", ""]);
      expect(shell("kill -TERM $$").exitCode).toBe(-15);
      expect(shell("kill -KILL $$").exitCode).toBe(-9);
    });

    test("arguments reach it as they are", () => {
      const given = ["", "$HOME", "a b", "-n", "ü\n", "'"];
      const argv = ["printf-like name", "%s|", ...given];
      const result = withFd("/usr/bin/printf", (fd) => run(fd, argv, OPTIONS));
      expect(shown(result)).toEqual([0, given.map((text) => `${text}|`).join(""), ""]);
    });

    test("its environment is the one given, and nothing of ours", () => {
      process.env["REMIT_SECRET"] = "secret";
      const env = (variables: Record<string, string>): string =>
        decode(withFd("/usr/bin/env", (fd) => run(fd, ["env"], { ...OPTIONS, env: variables })).stdout);
      expect(env({})).toBe("");
      expect(env({ A: "1", B: "two = 2" })).toBe("A=1\nB=two = 2\n");
      delete process.env["REMIT_SECRET"];
    });

    test("its standard input is empty", () =>
      expect(shown(shell("cat; echo end"))).toEqual([0, "end\n", ""]));

    test("its name is the one given", () => {
      expect(decode(withFd("/bin/sh", (fd) => run(fd, ["my name", "-c", "echo $0"], OPTIONS)).stdout)).toBe(
        "my name\n",
      );
    });

    test("much output on both ends at once", () => {
      const result = shell(
        "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero",
      );
      expect([result.stdout.length, result.stderr.length]).toEqual([600_000, 300_000]);
    });

    test("too much output ends it", () => {
      expect(() => shell("yes", { maxOutput: 100_000 })).toThrow(
        new LimitError("executeOutputBytes", 100_000),
      );
      expect(() => shell("yes >&2", { maxOutput: 100_000 })).toThrow(LimitError);
      expect(shell("head -c 1000 /dev/zero", { maxOutput: 1000 }).stdout.length).toBe(1000);
    });

    test("too much time ends it", () => {
      expect(() => shell("exec sleep 60", { timeoutMs: 100 })).toThrow(new LimitError("executeTimeMs", 100));
      expect(() => shell("trap '' TERM INT HUP; while :; do :; done", { timeoutMs: 100 })).toThrow(
        LimitError,
      );
    });

    test("what cannot be executed", () => {
      const path = join(directory, `not-executable-${name}`);
      writeFileSync(path, "echo x", { mode: 0o644 });
      expect(codeOf(() => withFd(path, (fd) => run(fd, ["x"], OPTIONS)))).toBe("EACCES");
      chmodSync(path, 0o755);
      expect(codeOf(() => withFd(path, (fd) => run(fd, ["x"], OPTIONS)))).toBe("ENOEXEC");
      expect(codeOf(() => withFd(directory, (fd) => run(fd, ["x"], OPTIONS)))).toBe("EACCES");
    });

    test("the file that was opened runs, whatever has its name since", () => {
      const path = join(directory, `swapped-${name}`);
      writeFileSync(path, "#!/bin/sh\necho first $1 $#\n", { mode: 0o755 });
      withFd(path, (fd) => {
        unlinkSync(path);
        writeFileSync(path, "#!/bin/sh\necho second\n", { mode: 0o755 });
        expect(shown(implementation(true)(fd, ["script", "argument"], OPTIONS))).toEqual([
          0,
          "first argument 1\n",
          "",
        ]);
      });
    });

    test("another user, if we may become it", () => {
      if (!root) return expect(codeOf(() => shell("id", { uid: 0 }))).toBe("EPERM");
      const result = shell("id -u; id -g", { uid: NOBODY, gid: NOBODY });
      expect(shown(result)).toEqual([0, `${NOBODY}\n${NOBODY}\n`, ""]);
      expect([process.geteuid?.(), process.getegid?.()]).toEqual([0, 0]);
    });
  });
}

const SIG_IGN = 1n;

/** Ignores `signal`, until the function returned is called. */
function ignoring(signal: number): () => void {
  const opened = functionsOfC({ sigaction: { args: ["i32", "ptr", "ptr"], returns: "i32" } });
  if (!opened) throw new Error("these tests need FFI");
  const [action, before] = [new BigUint64Array(19), new BigUint64Array(19)];
  action[0] = SIG_IGN;
  const set = (to: BigUint64Array, was: BigUint64Array) =>
    opened.symbols["sigaction"]?.(signal, Number(opened.ffi.ptr(to)), Number(opened.ffi.ptr(was)));
  set(action, before);
  return () => set(before, action);
}

describe("a program", () => {
  test("gets no descriptor of ours, also none that stays open on execution", () => {
    withFd("/etc/passwd", (fd) => {
      const inheritable = functions.check(functions.functions.fcntl(fd, F_DUPFD, 50));
      const look =
        "n=3; while [ $n -lt 200 ]; do [ -e /proc/$$/fd/$n ] && echo $n; n=$((n + 1)); done; echo end";
      expect(shell(look)).toBe("end\n");
      closing(inheritable, () => {});
    });
  });

  test("that leaves something behind is killed with it when the time is up", async () => {
    const alive = join(directory, "alive");
    const command = `(while :; do echo >> ${alive}; sleep 0.05; done) & sleep 60`;
    expect(() => shell(command, { timeoutMs: 300 })).toThrow(LimitError);
    const before = readFileSync(alive, "utf8");
    await Bun.sleep(300);
    expect(readFileSync(alive, "utf8")).toBe(before);
  });

  test("is waited for when it closes its output early", () => {
    expect(shell("exec >&- 2>&-; sleep 0.1; exit 0")).toBe("");
    expect(() => shell("exec >&- 2>&-; sleep 60", { timeoutMs: 100 })).toThrow(LimitError);
  });

  test("is in a session of its own, with default signals", () => {
    expect(shell("read -r a b c d e s rest < /proc/$$/stat; [ $s = $$ ] && echo own")).toBe("own\n");
    expect(shell("grep SigBlk /proc/self/status")).toContain("0000000000000000");
    // SIGUSR2 and a signal of real time.
    const ignored = [12, 50].map((signal) => ignoring(signal));
    expect(shell("grep SigIgn /proc/self/status")).toContain("0000000000000000");
    for (const restore of ignored) restore();
  });

  test("does not get what makes the loader load", () => {
    const env = { LD_PRELOAD: "/x.so", BUN_BE_BUN: "1", NODE_OPTIONS: "--require x", KEPT: "1" };
    expect(decode(withFd("/usr/bin/env", (fd) => execute(fd, ["env"], { ...OPTIONS, env })).stdout)).toBe(
      "KEPT=1\n",
    );
  });

  test("gets nothing cut short", () => {
    const withArguments = (argv: readonly string[], env: Record<string, string>): string =>
      codeOf(() => withFd("/bin/true", (fd) => execute(fd, argv, { ...OPTIONS, env })));
    expect(withArguments(["true"], {})).toBe("no error");
    expect(withArguments([], {})).toBe("EINVAL");
    expect(withArguments(["a\0b"], {})).toBe("EINVAL");
    expect(withArguments(["true"], { "A=B": "c" })).toBe("EINVAL");
    expect(withArguments(["true"], { "": "c" })).toBe("EINVAL");
    expect(withArguments(["true"], { A: "b\0C=d" })).toBe("EINVAL");
    expect(() => withArguments(["true", "x".repeat(200_000)], {})).toThrow();
  });

  test("gets any other argument as it is", () => {
    const argument = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 5 }), (given) => {
        const argv = ["printf", "%s\n", "", ...given];
        const { stdout } = withFd("/usr/bin/printf", (fd) => execute(fd, argv, OPTIONS));
        expect(decode(stdout)).toBe(["", ...given].map((text) => `${text}\n`).join(""));
      }),
      { numRuns: 20 },
    );
  });

  test("leaves no descriptor and no memory of itself", () => {
    const probe = (): Fd => withFd("/dev/null", (fd) => fd);
    const before = probe();
    for (let i = 0; i < 5; i++) shell("echo x");
    codeOf(() => withFd(directory, (fd) => execute(fd, ["x"], OPTIONS)));
    expect(probe()).toBe(before);
  });
});

describe("capabilities", () => {
  const inherited = (options: Partial<ExecuteOptions>): string =>
    shell("grep -E 'Cap(Inh|Amb|Eff)|Groups' /proc/self/status", options).replaceAll(/[\t ]+/g, "");

  test("are inherited as listed, and are not ours afterwards", () => {
    if (!root) return expect(codeOf(() => inherited({ capabilities: [0] }))).toBe("EPERM");
    const before = readFileSync("/proc/thread-self/status", "utf8").replace(
      /^(?!Cap|Uid|Gid|Groups).*\n/gm,
      "",
    );
    expect(inherited({})).toContain("CapInh:0000000000000000");
    expect(inherited({ capabilities: [0, 1] })).toContain("CapInh:0000000000000003");
    expect(inherited({ capabilities: [10, 32] })).toContain("CapAmb:0000000100000400");
    const after = readFileSync("/proc/thread-self/status", "utf8").replace(
      /^(?!Cap|Uid|Gid|Groups).*\n/gm,
      "",
    );
    expect(after).toBe(before);
  });

  test("another user has none in effect, nor a way back", () => {
    if (!root) return expect(codeOf(() => inherited({ uid: 0 }))).toBe("EPERM");
    const status = inherited({ uid: NOBODY, gid: NOBODY, capabilities: [0] });
    expect(status).toContain("CapEff:0000000000000000");
    expect(status).toMatch(/Groups:$/m);
    const ids = shell("grep -E '^(Uid|Gid)' /proc/self/status", { uid: NOBODY, gid: NOBODY }).split(/\s+/);
    expect(ids.filter((id) => id === String(NOBODY)).length).toBe(8);
  });

  test("that nobody has are refused, and nothing is started", () => {
    const path = join(directory, "started");
    expect(codeOf(() => shell(`echo > ${path}`, { capabilities: [63] }))).not.toBe("no error");
    expect(existsSync(path)).toBe(false);
    expect(shell("echo still")).toBe("still\n");
  });
});

describe("processes", () => {
  test("are held by a descriptor", () =>
    closing(openProcess(process.pid), (fd) => expect(fd).toBeGreaterThan(2)));

  test("that are none", () => {
    expect(codeOf(() => openProcess(4_194_305))).toBe("ESRCH");
    for (const pid of [0, -1, 1.5, Number.NaN]) expect(codeOf(() => openProcess(pid))).toBe("EINVAL");
  });

  test("in a namespace that cannot be entered nothing is started", () => {
    const path = join(directory, "entered");
    // A descriptor of something else than a process.
    const attempt = (fd: Fd) => shell(`echo > ${path}`, { pidNamespaceOf: fd });
    expect(() => withFd("/dev/null", attempt)).toThrow(NamespaceRefused);
    expect(existsSync(path)).toBe(false);
    expect(shell("echo still")).toBe("still\n");
  });

  test("lend their PID namespace", () => {
    closing(openProcess(process.pid), (fd) => {
      if (!root) return expect(() => shell("", { pidNamespaceOf: fd })).toThrow(NamespaceRefused);
      expect(shell("readlink /proc/self/ns/pid", { pidNamespaceOf: fd })).toBe(
        shell("readlink /proc/self/ns/pid"),
      );
    });
  });
});

describe("our own executable", () => {
  test("is known, under any name", () => {
    expect(withFd(process.execPath, isOwnExecutable)).toBe(true);
    const link = join(directory, "link");
    symlinkSync(process.execPath, link);
    expect(withFd(link, isOwnExecutable)).toBe(true);
  });

  test("also as a copy", () => {
    const copy = join(directory, "copy");
    copyFileSync(process.execPath, copy);
    expect(withFd(copy, isOwnExecutable)).toBe(true);
  });

  test("is not another program", () => {
    expect(withFd("/bin/sh", isOwnExecutable)).toBe(false);
    expect(withFd("/dev/null", isOwnExecutable)).toBe(false);
  });
});
