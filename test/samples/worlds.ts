/** What the samples are run on: files, a process, a service, servers. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { gzipSync } from "node:zlib";
import { startSystemd } from "../../src/platform/bus/systemd-testing.ts";
import { startBus } from "../../src/platform/bus/testing.ts";
import { Files, type World } from "./world.ts";

type Arguments = (files: Files) => World["arguments"];

/** A directory of files in place of `place`, where the sample's policy has the agent's. */
function filesWorld(
  places: readonly string[],
  content: ConstructorParameters<typeof Files>[0],
  given: Arguments,
  mode?: number,
) {
  const files = new Files(content, mode);
  return {
    files,
    places: Object.fromEntries(places.map((place) => [place, files.at(place)])),
    arguments: given(files),
    state: () => files.state(),
    end: () => files.end(),
  };
}

const LOGS = "/var/log/edge-agent";
const SUPPORT = "/var/lib/edge-agent/support";
const CONFIGURATIONS = "/etc/edge-agent";

/** Logs of an agent: one with two errors, one without, and what is none. */
const SOME_LOGS = {
  [`${LOGS}/agent.log`]: `INFO started\nERROR no route\nERROR no route\n${"INFO idle\n".repeat(300)}`,
  [`${LOGS}/update.log`]: "INFO up to date\n",
  [`${LOGS}/state.db`]: "not a log",
  [`${LOGS}/old.log/agent.log`]: "in a directory that has the name of a log\n",
};

export const diskReport = () =>
  filesWorld([LOGS], SOME_LOGS, (files) => ({ logs: files.at(LOGS), limit: -1 }));

export const collectFiles = () =>
  filesWorld(
    [LOGS, SUPPORT],
    {
      ...SOME_LOGS,
      [`${LOGS}/login.log`]: "root from 192.0.2.7\n",
      [`${LOGS}/empty/notes`]: "no log\n",
      [`${SUPPORT}/T1.agent.log.gz`]: "x".repeat(10_000),
    },
    (files) => {
      chmodSync(files.at(`${LOGS}/agent.log`), 0o600);
      return { source: files.at(LOGS), target: files.at(SUPPORT), name: "T1" };
    },
  );

export const logRotation = () =>
  filesWorld(
    [LOGS],
    {
      [`${LOGS}/agent.log`]: "newest\n".repeat(1000),
      [`${LOGS}/agent.log.1`]: "before\n",
      [`${LOGS}/agent.log.2.gz`]: gzipSync("older\n"),
      [`${LOGS}/agent.log.3.gz`]: gzipSync("oldest\n"),
      // What a run left that was cut off.
      [`${LOGS}/agent.log.new.gz`]: "x".repeat(1000),
      [`${LOGS}/update.log`]: "another\n",
    },
    (files) => ({ directory: files.at(LOGS), log: "agent.log", keep: 3, min_kib: 2 }),
    0o640,
  );

export const configEdit = () =>
  filesWorld(
    [CONFIGURATIONS],
    {
      [`${CONFIGURATIONS}/agent.conf`]: "# server = old\nserver = a.example\n\ninterval=5\nservers = 2\n",
      [`${CONFIGURATIONS}/credentials.conf`]: "token = t\n",
    },
    (files) => ({
      directory: files.at(CONFIGURATIONS),
      file: "agent.conf",
      key: "interval",
      value: "10 = ten",
    }),
    0o640,
  );

const AGENT = "edge-agent";
let watched = 0;

/** A process of the agent. It has a name of its own, so that no other with that name meets the signal. */
export async function processWatch() {
  const name = `edge-${process.pid}-${watched++}`;
  const files = new Files({ [name]: "#!/bin/sh\necho ready\nread line\n" });
  chmodSync(files.at(name), 0o755);
  const child = spawn(files.at(name), { stdio: ["pipe", "pipe", "ignore"] });
  await once(child.stdout, "data");
  return {
    child,
    name,
    places: { [AGENT]: name },
    arguments: { name, limit_mib: -1 },
    state: () => readFileSync(`/proc/${child.pid}/comm`, "utf8"),
    async end() {
      await ended(child);
      files.end();
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** A bus with a service manager that knows the agent, in a state that no restart changes, and another service. */
export async function serviceRestart(ActiveState = "active", SubState = "running") {
  const bus = await startBus();
  const numbers = { MainPID: 1, TasksCurrent: 1n, MemoryCurrent: 1n };
  const unit = { Description: "agent", ActiveState, SubState, ...numbers };
  const systemd = await startSystemd(bus.address, { "edge-agent.service": unit, "other.service": unit });
  return {
    places: {},
    arguments: { service: "edge-agent.service", seconds: 1 },
    env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address },
    // Looking at a unit loads it.
    state: () => systemd.calls.filter(({ method }) => method !== "LoadUnit"),
    async end() {
      await systemd.stop();
      bus.stop();
    },
  };
}

/** A broker's port and an update server, which remember who came. */
export async function networkCheck() {
  const came: string[] = [];
  const updates = await listening(
    createHttpServer(({ url }, response) => {
      came.push(`GET ${url}`);
      response.statusCode = url === "/health" ? 200 : 503;
      response.end("fine");
    }),
  );
  const broker = await listening(
    createServer((socket) => {
      came.push("connect");
      socket.on("error", () => {}).end();
    }),
  );
  const server = `127.0.0.1:${updates.port}`;
  return {
    came,
    server,
    broker: `localhost:${broker.port}`,
    places: { "broker.example.com": "localhost", "updates.example.com": server },
    arguments: {
      hosts: ["localhost"],
      ports: [`localhost:${broker.port}`],
      urls: [`http://${server}/health`],
    },
    state: () => [...came],
    end() {
      updates.server.close();
      broker.server.close();
    },
  };
}

async function listening(server: Server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}
