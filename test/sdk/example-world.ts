/**
 * What the examples of the documentation speak of: files under `/srv/app`, a mount at `/srv/backup`, a site, a local
 * socket, a name server, a process.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { startSystemd, type TestSystemd } from "../../src/platform/bus/systemd-testing.ts";
import { startBus, type TestBus } from "../../src/platform/bus/testing.ts";
import { startServer } from "../../src/platform/dns/testing.ts";
import { effectiveUser, groupName } from "../../src/platform/identity.ts";
import { certificate, EXTENSIONS } from "../../src/sdk/file_system/content/certificate/testing.ts";
import { tar } from "../support/tar.ts";
import { label, NO_LABELS } from "./labels.ts";
import { mount, NO_MOUNTS, unmountAny } from "./mounts.ts";
import { CORE, WORKER } from "./worker.ts";

const LOG = "INFO started\nWARN slow query\nERROR upstream closed\nERROR job 7 failed\nINFO stopped\n";
const root = certificate({ subject: "Root", extensions: [EXTENSIONS.ca()] });
const between = certificate({ subject: "Between", issuer: root, extensions: [EXTENSIONS.ca()] });
const START = { path: "start.sh", type: "file", mode: 0o755, mtime: 0, target: "" } as const;

/** Under the base directory. */
const FILES: { readonly [path: string]: string | Uint8Array } = {
  "app.log": LOG,
  "app.log.gz": gzipSync(LOG),
  "notes.csv": "alpha,1\nbeta,2\nalpha,3\n",
  "config.json": '{ "port": 8080, "debug": false }\n',
  "empty.txt": "",
  "logs/api.log": LOG,
  "logs/old/api.log": LOG,
  "release.tar.gz": gzipSync(tar([{ ...START, content: Buffer.from("#!/bin/sh\n") }])),
  "root.pem": root.pem,
  "ca.pem": between.pem,
  "app.pem": certificate({ subject: "app", issuer: between }).pem,
  "mail.pem": certificate({ subject: "mail", issuer: root }).pem,
  worker: WORKER,
  ...(CORE ? { "worker.core": CORE } : {}),
};

export interface World {
  /** Makes the files and the process anew. */
  renew(): void;
  /** `script` with what is here in place of what examples are written with. */
  inPlace(script: string): string;
  close(): Promise<void>;
}

/** @param hasBus whether this machine can have a message bus, for examples with services */
export async function createWorld(hasBus: boolean): Promise<World> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "remit-examples-")));
  const site = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("ready") });
  const local = createServer().listen(`${base}.socket`);
  await once(local, "listening");
  // Beside the base, which is made anew for each example.
  const backup = `${base}.backup`;
  mkdirSync(backup);
  if (NO_MOUNTS === "") mount(backup);
  const names = await startServer({ "app.test A": ["192.0.2.7"] });
  const services = hasBus ? await startServices() : undefined;
  const user = effectiveUser();
  const start = () => spawn("sleep", ["600"], { stdio: "ignore", cwd: base });
  let program = start();
  const substitutes: readonly (readonly [written: string, actual: string])[] = [
    ["/srv/app", base],
    ["/srv/backup", backup],
    ["8080/", `${site.port}/`],
    ['"127.0.0.1", 8080', `"127.0.0.1", ${site.port}`],
    [".port(5353)", `.port(${names.port})`],
    ['ratelimit", "5"', `ratelimit", "${readFileSync(RATELIMIT, "utf8").trim()}"`],
    ['user("app")', `user("${user.name}")`],
    ['group("app")', `group("${groupName(user.gid) ?? user.gid}")`],
  ];
  return {
    renew() {
      program.kill();
      for (const name of readdirSync(base)) rmSync(join(base, name), { recursive: true });
      program = start();
      for (const [path, content] of Object.entries(FILES)) {
        mkdirSync(dirname(join(base, path)), { recursive: true });
        writeFileSync(join(base, path), content);
      }
      symlinkSync("app.log", join(base, "current"));
      chmodSync(join(base, "worker"), 0o755);
      if (NO_LABELS === "") label(base, "app.log");
    },
    inPlace: (script) =>
      substitutes.reduce(
        (text, [written, actual]) => text.replaceAll(written, actual),
        script.replaceAll("4711", String(program.pid)),
      ),
    async close() {
      program.kill();
      names.close();
      local.close();
      await site.stop(true);
      await services?.close();
      unmountAny(backup);
      rmdirSync(backup);
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** A parameter of the kernel that examples set, to what it is. */
export const RATELIMIT = "/proc/sys/kernel/printk_ratelimit";

const ADDRESS = "DBUS_SYSTEM_BUS_ADDRESS";

/** A message bus with a service manager on it, as the bus of the system. */
async function startServices(): Promise<{ close(): Promise<void> }> {
  const before = process.env[ADDRESS];
  const bus: TestBus = await startBus();
  const systemd: TestSystemd = await startSystemd(bus.address, {
    "app.service": {
      Description: "The app",
      ActiveState: "active",
      MainPID: 4711,
      TasksCurrent: 3n,
      MemoryCurrent: 12_582_912n,
    },
  });
  process.env[ADDRESS] = bus.address;
  return {
    async close() {
      if (before === undefined) delete process.env[ADDRESS];
      else process.env[ADDRESS] = before;
      await systemd.stop();
      bus.stop();
    },
  };
}
