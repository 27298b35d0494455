/** The executable, run by a user who has no privilege but the one to become root. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type SpawnOptions, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSystemd } from "../src/platform/bus/systemd-testing.ts";
import { NO_BUS, startBus } from "../src/platform/bus/testing.ts";
import { executable } from "./support/executable.ts";

const NOBODY = 65534;
const NOBODY_NAME = "nobody";
const ALLOW = "permit(principal, action, resource);";
const NO_PRIVILEGE: readonly string[] = [];
const SETUID = ["--inh-caps=+setuid", "--ambient-caps=+setuid"];

const privileged =
  process.geteuid?.() === 0 &&
  spawnSync("setpriv", [`--reuid=${NOBODY}`, "--clear-groups", ...SETUID, "true"]).status === 0;
const namespaces = privileged && spawnSync("unshare", ["--mount", "true"]).status === 0;

interface Result {
  readonly status: string;
  readonly output: string;
  readonly error?: { readonly error_type: string; readonly message: string };
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "remit-privileges-"));
  chmodSync(directory, 0o755);
  copyFileSync(executable(), join(directory, "remit"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs `script` as nobody with `privileges`, behind the command `before`. */
async function run(
  script: string,
  privileges: readonly string[],
  { policy = ALLOW, env = {}, before = [] as readonly string[] } = {},
): Promise<Result> {
  writeFileSync(join(directory, "s.rhai"), script);
  writeFileSync(join(directory, "p.cedar"), policy);
  const user = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", ...privileges];
  const [command = "", ...args] = [...before, ...user, "./remit", "run", "-s", "s.rhai", "-p", "p.cedar"];
  return JSON.parse(
    await output(command, args, { cwd: directory, env: { PATH: "/usr/sbin:/usr/bin:/bin", ...env } }),
  );
}

/** What a program writes; others are served meanwhile. */
function output(command: string, args: readonly string[], options: SpawnOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout?.on("data", (piece: Buffer) => {
      text += piece.toString();
    });
    child.once("error", reject);
    child.once("close", () => resolve(text));
  });
}

describe.skipIf(!privileged)(
  `a user who may become root${privileged ? "" : " (skipped: needs root and setpriv)"}`,
  () => {
    describe.skipIf(NO_BUS !== "")(`systemd${NO_BUS}`, () => {
      const script = `
        let manager = SystemctlManager();
        let said = manager.status("a.service").active_state.to_string();
        try { manager.restart("a.service"); } catch (e) { said = e.message; }
        said`;

      test("status is asked for by the user, changes by root", async () => {
        const bus = await startBus();
        const units = { "a.service": { Description: "a", ActiveState: "inactive" } };
        const systemd = await startSystemd(bus.address, units);
        try {
          const env = { DBUS_SYSTEM_BUS_ADDRESS: bus.address };
          expect(await run(script, SETUID, { env })).toMatchObject({ status: "SUCCESS", output: "inactive" });
          expect(systemd.calls.map(({ method, uid }) => [method, uid])).toEqual([
            ["LoadUnit", NOBODY],
            ["RestartUnit", 0],
          ]);
          const policy = `${ALLOW} forbid(principal, action == systemd::Action::"restart", resource);`;
          const denied = await run(script, SETUID, { env, policy });
          expect(denied.output).toStartWith(`Permission denied: ${NOBODY_NAME} unauthorized`);
          expect(systemd.calls.at(-1)?.method).toBe("LoadUnit");
          const ended = await run(script, NO_PRIVILEGE, { env });
          expect(ended.error?.message).toStartWith(
            "Script terminated: Failed to initialize systemd manager. Error: EPERM: Operation not permitted",
          );
        } finally {
          await systemd.stop();
          bus.stop();
        }
      });
    });

    describe("sysctl", () => {
      const script = `let said = ""; try { said = sysctl_read("kernel.cad_pid"); } catch (e) { said = e; } said`;
      const grant = (user: string): string =>
        `permit(principal == User::"${user}", action in [file_system::Action::"open", file_system::Action::"read"],
           resource in file_system::Dir::"/proc/sys/kernel");`;

      test("what only root may read is read if the policy allows it to both", async () => {
        const value = readFileSync("/proc/sys/kernel/cad_pid", "utf8").trim();
        const both = { policy: grant(NOBODY_NAME) + grant("root") };
        expect((await run(script, SETUID, both)).output).toBe(value);
        expect((await run(script, NO_PRIVILEGE, both)).output).toBe("Permission denied (os error 13)");
        expect((await run(script, SETUID, { policy: grant(NOBODY_NAME) })).output).toStartWith(
          "Permission denied: root unauthorized to perform",
        );
        expect((await run(script, SETUID, { policy: grant("root") })).output).toStartWith(
          `Permission denied: ${NOBODY_NAME} unauthorized to perform`,
        );
      });

      const loads = namespaces && existsSync("/usr/sbin/sysctl");
      describe.skipIf(!loads)(
        `load_system${loads ? "" : " (skipped: needs a mount namespace and /usr/sbin/sysctl)"}`,
        () => {
          const load = `
            let said = "loaded";
            try { SysctlManager().load_system(); } catch (e) { said = e.kind.to_string() + ": " + e.message; }
            said`;
          /** Another program in its place: what it is given is of interest, not what it does to this machine. */
          const inPlace = (): readonly string[] => [
            "unshare",
            "--mount",
            "sh",
            "-c",
            'mount --bind "$0" /usr/sbin/sysctl && exec "$@"',
            join(directory, "sysctl"),
          ];
          const program = (text: string): void =>
            writeFileSync(join(directory, "sysctl"), `#!/bin/sh\n${text}\n`, { mode: 0o755 });

          test("runs sysctl as root, without anything of ours", async () => {
            program(`{ echo "$*"; id -u; env | grep -v ^PWD= || true; } > "${directory}/seen"`);
            expect((await run(load, SETUID, { before: inPlace() })).output).toBe("loaded");
            expect(readFileSync(join(directory, "seen"), "utf8")).toBe("--system\n0\n");
          });

          test("denied, or without the privilege: it does not run", async () => {
            program(`echo > "${directory}/ran"`);
            const policy = `${ALLOW} forbid(principal, action == sysctl::Action::"load", resource);`;
            const before = inPlace();
            expect((await run(load, SETUID, { before, policy })).output).toStartWith("PermissionDenied: ");
            expect((await run(load, NO_PRIVILEGE, { before })).output).toBe(
              "IoError: sysctl --system failed with exit code 1: Failed to set UID 0: EPERM: Operation not permitted\n",
            );
            expect(existsSync(join(directory, "ran"))).toBe(false);
          });

          test("its failure is an error", async () => {
            program("echo wrong >&2; exit 3");
            expect((await run(load, SETUID, { before: inPlace() })).output).toBe(
              "IoError: sysctl --system failed with exit code 3: wrong\n",
            );
          });
        },
      );
    });
  },
);
