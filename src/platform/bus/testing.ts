/** What tests of the bus share: a message bus of their own, where the machine has `dbus-daemon`. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why tests with a bus are skipped here, for their names; empty where they are not. */
export const NO_BUS =
  spawnSync("dbus-daemon", ["--version"]).status === 0 ? "" : " (skipped: no dbus-daemon)";

const CONFIGURATION = (socket: string): string => `<!DOCTYPE busconfig PUBLIC
  "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/>
    <allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>`;

export interface TestBus {
  readonly address: string;
  stop(): void;
}

/** Starts a message bus, which has nobody on it yet. Every user may connect. */
export async function startBus(): Promise<TestBus> {
  const directory = mkdtempSync(join(tmpdir(), "remit-bus-"));
  chmodSync(directory, 0o755);
  const socket = join(directory, "bus");
  const configuration = join(directory, "bus.conf");
  writeFileSync(configuration, CONFIGURATION(socket));
  const daemon = spawn("dbus-daemon", ["--nofork", "--print-address", `--config-file=${configuration}`], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await listening(daemon);
  return {
    address: `unix:path=${socket}`,
    stop() {
      daemon.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** It says its address once it listens. */
function listening(daemon: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    daemon.stdout?.once("data", () => resolve());
    daemon.once("exit", (code) => reject(new Error(`dbus-daemon ended with ${code}`)));
  });
}
