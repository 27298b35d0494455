import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CentralTeam } from "../bundle/central-team.ts";
import { bundle, FOR } from "../bundle/content.ts";
import { cells, type Figure, middle, quantile } from "../figure.ts";
import { type Answered, Nginx } from "../host/nginx.ts";
import { Crowd, FIRST_MS, HASTE, LONGEST_MS, type Polled } from "./crowd.ts";
import { flatOut } from "./flat-out.ts";
import { Poller } from "./poller.ts";

const POLLERS = 1000;
const POLICIES = 100;
/** As much shorter than what nginx does for devices as all else: each poll makes a connection, as there. */
const KEPT_MS = 15_000 / HASTE;
/** By then the log has all. */
const LOGGED_MS = 1500;

/** A load run: 1,000 pollers against nginx on this machine, first without TLS and then with it; in about a minute. */
export async function measurePollers(
  directory: string,
  row: (cells: readonly string[]) => void,
): Promise<void> {
  if (!Nginx.isThere) return row(["there is no nginx: apt-get install nginx-light"]);
  const team = await CentralTeam.begin(
    join(directory, "pollers"),
    (revision) => bundle(POLICIES, revision),
    3,
  );
  const nginx = await Nginx.start(team.path, KEPT_MS);
  try {
    row(["what", "without TLS", "with TLS"]);
    row(["---", "--:", "--:"]);
    const plain = await run(team, nginx, false);
    const secure = await run(team, nginx, true);
    for (const [index, figure] of plain.entries()) {
      const [name = "", , value = ""] = cells(figure, false);
      const other = secure[index];
      row([name, value, other === undefined ? "" : (cells(other, false)[2] ?? "")]);
    }
    const [name = "", , value = ""] = cells(await throughput(nginx), false);
    row([name, value, ""]);
  } finally {
    await nginx.stop();
  }
}

async function run(team: CentralTeam, nginx: Nginx, isSecure: boolean): Promise<readonly Figure[]> {
  const [root, ca] = [readFileSync(team.root), readFileSync(nginx.authority, "utf8")];
  const target = `${FOR.fleet}/${FOR.channel}.tar.gz`;
  const pollers = Array.from(
    { length: POLLERS },
    () => new Poller(nginx.url(isSecure), root, target, isSecure ? ca : undefined),
  );
  const crowd = new Crowd(pollers);
  const first = marks(nginx);
  crowd.start();
  await Bun.sleep(FIRST_MS + LONGEST_MS);
  const idle = marks(nginx);
  await Bun.sleep(2 * LONGEST_MS);
  const wave = marks(nginx);
  team.publish();
  await Bun.sleep(LONGEST_MS + LOGGED_MS);
  const end = marks(nginx);
  await crowd.stop();
  await Bun.sleep(LOGGED_MS);
  const logged = nginx.requests(first.epoch);
  const part = (from: Marks, to: Marks) => ({
    polls: crowd.polls.filter(({ at }) => at >= from.now && at < to.now),
    answered: logged.filter(({ at }) => at >= from.epoch && at < to.epoch),
    processor: to.processor - from.processor,
    seconds: (to.now - from.now) / 1000,
  });
  const [cold, quiet, updating] = [part(first, idle), part(idle, wave), part(wave, end)];
  const updated = updating.polls.filter(({ isUpdate }) => isUpdate);
  const [coldPolls, idlePolls] = [cold.polls.filter(({ isUpdate }) => isUpdate), quiet.polls];
  const extra = (all: Part, polls: readonly Polled[]) => (per: (of: Part) => number) =>
    (per(all) - (all.polls.length - polls.length) * (per(quiet) / idlePolls.length)) / polls.length;
  const [ofCold, ofUpdate] = [extra(cold, coldPolls), extra(updating, updated)];
  const one = (name: string, value: number): Figure => ({ name, target: "", rounds: [value] });
  return [
    one(`pollers, as ${POLLERS * HASTE} devices at 300 s: polls`, crowd.polls.length),
    one("errors", crowd.errors.length),
    one("of them without their bundle", 2 * POLLERS - coldPolls.length - updated.length),
    one("first poll: requests", ofCold(requestsOf)),
    one("first poll: bytes of HTTP both ways", ofCold(bytesOf)),
    one("idle polls a second", idlePolls.length / quiet.seconds),
    one("idle poll: requests", requestsOf(quiet) / idlePolls.length),
    one("idle poll: bytes of HTTP both ways", bytesOf(quiet) / idlePolls.length),
    one("idle poll: connections", quiet.answered.filter(({ isFirst }) => isFirst).length / idlePolls.length),
    one("of these resumed, %", 100 * resumedOf(quiet.answered)),
    one("idle poll: p50, ms", middle(idlePolls.map(({ milliseconds }) => milliseconds))),
    one(
      "idle poll: p99, ms",
      quantile(
        idlePolls.map(({ milliseconds }) => milliseconds),
        0.99,
      ),
    ),
    one("nginx: seconds of a processor for 1,000 idle polls", (1000 * quiet.processor) / idlePolls.length),
    one("update: requests", ofUpdate(requestsOf)),
    one("update: bytes of HTTP both ways", ofUpdate(bytesOf)),
    one(
      "update: p99, ms",
      quantile(
        updated.map(({ milliseconds }) => milliseconds),
        0.99,
      ),
    ),
    one("update: until the last has it, s", (Math.max(...updated.map(({ at }) => at)) - wave.now) / 1000),
    one(
      "answers that are neither 200, 304 nor 404",
      logged.filter(({ status }) => !EXPECTED.includes(status)).length,
    ),
  ];
}

const EXPECTED: readonly number[] = [200, 304, 404];

interface Part {
  readonly polls: readonly Polled[];
  readonly answered: readonly Answered[];
}
const requestsOf = ({ answered }: Part): number => answered.length;
const bytesOf = ({ answered }: Part): number => answered.reduce((sum, { bytes }) => sum + bytes, 0);

/** Of connections, the part that goes on from those before. */
function resumedOf(answered: readonly Answered[]): number {
  const first = answered.filter(({ isFirst }) => isFirst);
  return first.filter(({ isResumed }) => isResumed).length / first.length;
}

interface Marks {
  readonly now: number;
  readonly epoch: number;
  readonly processor: number;
}
const marks = (nginx: Nginx): Marks => ({
  now: performance.now(),
  epoch: Date.now(),
  processor: nginx.processorSeconds,
});

/** What one process of nginx answers when its clients do nothing but ask: the two requests of an idle poll. */
async function throughput(nginx: Nginx): Promise<Figure> {
  const response = await fetch(`${nginx.url()}/metadata/timestamp.json`);
  await response.text();
  const host = new URL(nginx.url()).host;
  const ask = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
  const conditional = `If-None-Match: ${response.headers.get("etag")}\r\n`;
  const requests = [ask("/metadata/2.root.json"), ask("/metadata/timestamp.json", conditional)];
  const rounds = [await flatOut(nginx.port(), requests)];
  return { name: "nginx, one process: requests of idle polls a second", target: "", rounds };
}
