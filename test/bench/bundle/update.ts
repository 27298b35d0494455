import { type Figure, middle } from "../figure.ts";
import type { Nginx } from "../host/nginx.ts";
import { type Traffic, Wire } from "../host/wire.ts";
import type { CentralTeam } from "./central-team.ts";
import { Device } from "./device.ts";

/** Updates that are measured, and each after a while in which nothing happens. */
export const UPDATES = 12;
const QUIET_MS = 500;

/** An update: from the moment at which the poll begins until it is in force, off the way of requests. */
export async function update(team: CentralTeam, nginx: Nginx, what: string): Promise<readonly Figure[]> {
  const wire = await Wire.start(nginx.port());
  const device = await Device.start(team, `http://127.0.0.1:${wire.port}`);
  const all: number[] = [];
  const traffic: Traffic[] = [];
  const stalls: number[] = [];
  const quiet: number[] = [];
  try {
    await device.poll();
    for (let round = 0; round < UPDATES; round++) {
      await Bun.sleep(QUIET_MS);
      // First without anybody else, then while others ask.
      const revision = team.publish();
      wire.take();
      const began = performance.now();
      await device.expect(revision);
      all.push(performance.now() - began);
      traffic.push(wire.take());
      await Bun.sleep(QUIET_MS);
      quiet.push(await slowest(device, Bun.sleep(QUIET_MS)));
      stalls.push(await slowest(device, device.expect(team.publish())));
    }
  } finally {
    await device.stop();
    wire.stop();
  }
  const bytes = ({ sent, received }: Traffic): number => sent + received;
  const name = (figure: string): string => `${what}: ${figure}`;
  return [
    { name: name("poll to in force, ms"), target: "≤ 150", rounds: all },
    { name: name("poll to in force, the middle round, ms"), target: "≤ 150", rounds: [middle(all)] },
    {
      name: name("of it on the wire, ms"),
      target: "",
      rounds: traffic.map(({ milliseconds }) => milliseconds),
    },
    { name: name("bytes both ways, without TLS"), target: "", rounds: traffic.map(bytes) },
    { name: name("requests"), target: "", rounds: traffic.map(({ requests }) => requests) },
    { name: name("the archive, bytes"), target: "", rounds: [team.bundleBytes] },
    { name: name("longest wait for /healthz meanwhile, ms"), target: "", rounds: stalls },
    { name: name("the same without an update, ms"), target: "", rounds: quiet },
  ];
}

/** The longest that a request waits that asks for nothing, until `over`, in milliseconds. */
async function slowest({ agent: { url } }: Device, over: Promise<unknown>): Promise<number> {
  let isOver = false;
  const done = over.finally(() => {
    isOver = true;
  });
  let most = 0;
  while (!isOver) {
    const began = performance.now();
    await (await fetch(`${url}/healthz`)).text();
    most = Math.max(most, performance.now() - began);
    await Bun.sleep(1);
  }
  await done;
  return most;
}
