import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Figure, middle } from "../figure.ts";
import type { Nginx } from "../host/nginx.ts";
import { childrenOf } from "../host/processor.ts";
import { type Traffic, Wire } from "../host/wire.ts";
import type { CentralTeam } from "./central-team.ts";
import { Device } from "./device.ts";

const ROUNDS = 10;
/** By then nothing that a change of the disk brought with it goes on, and its times differ from those of the next change. */
const QUIET_MS = 300;

/** What a poll costs that brings nothing. */
export async function idle(team: CentralTeam, nginx: Nginx): Promise<readonly Figure[]> {
  const plain = await polls(team, nginx, false);
  const secure = await polls(team, nginx, true);
  const bytes = ({ sent, received }: Traffic): number => sent + received;
  return [
    { name: "idle poll: bytes both ways, without TLS", target: "≤ 700", rounds: plain.kept.map(bytes) },
    { name: "idle poll: of them sent", target: "", rounds: plain.kept.map(({ sent }) => sent) },
    { name: "idle poll: requests", target: "", rounds: plain.kept.map(({ requests }) => requests) },
    { name: "idle poll: files of the state directory that it changes", target: "0", rounds: plain.changes },
    { name: "idle poll: bytes that its processes write to disks", target: "0", rounds: plain.written },
    { name: "idle poll over TLS, connection kept: bytes", target: "", rounds: secure.kept.map(bytes) },
    { name: "idle poll over TLS, new connection: bytes", target: "", rounds: secure.anew.map(bytes) },
    { name: "idle poll, connection kept: ms on the wire", target: "", rounds: [middle(plain.kept.map(ms))] },
    {
      name: "idle poll over TLS, new connection: ms on the wire",
      target: "",
      rounds: [middle(secure.anew.map(ms))],
    },
  ];
}

const ms = ({ milliseconds }: Traffic): number => milliseconds;

async function polls(team: CentralTeam, nginx: Nginx, isSecure: boolean) {
  const wire = await Wire.start(nginx.port(isSecure));
  const url = `${isSecure ? "https" : "http"}://127.0.0.1:${wire.port}`;
  const device = await Device.start(team, url, isSecure ? `ca_file = "${nginx.authority}"\n` : "");
  const kept: Traffic[] = [];
  const anew: Traffic[] = [];
  const changes: number[] = [];
  const written: number[] = [];
  try {
    // Whose ETag is not known yet.
    await device.poll();
    for (let round = 0; round < ROUNDS; round++) {
      wire.cut();
      await Bun.sleep(QUIET_MS);
      wire.take();
      await device.poll();
      anew.push(wire.take());
      await Bun.sleep(QUIET_MS);
      const [files, bytes] = [filesIn(device.agent.state), bytesWritten(device.agent.pid)];
      await device.poll();
      kept.push(wire.take());
      await Bun.sleep(QUIET_MS);
      changes.push(differences(files, filesIn(device.agent.state)));
      written.push(bytesWritten(device.agent.pid) - bytes);
    }
  } finally {
    await device.stop();
    wire.stop();
  }
  return { kept, anew, changes, written };
}

/** All that changes when a file or folder is written to, made, renamed or removed, even where it is the same afterwards. */
function filesIn(directory: string): ReadonlyMap<string, string> {
  const names = ["", ...readdirSync(directory, { recursive: true, encoding: "utf8" })];
  return new Map(
    names.map((name) => {
      const { ino, size, mtimeNs, ctimeNs } = statSync(join(directory, name), { bigint: true });
      return [name, [ino, size, mtimeNs, ctimeNs].join()];
    }),
  );
}

const differences = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): number =>
  [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name))
    .length;

/** Of files on disks, by the agent and its runners (proc_pid_io(5), `write_bytes`). */
const bytesWritten = (pid: number): number =>
  [pid, ...childrenOf(pid)].reduce((sum, each) => {
    const [, count] = /^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${each}/io`, "utf8")) ?? [];
    return sum + Number(count);
  }, 0);
