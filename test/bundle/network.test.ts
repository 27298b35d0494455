/** A repository, or the way to it, misbehaves: the agent's status names it, and what was in force stays so; rows 82 to 89. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { inDays, testKey } from "../../src/bundle/testing.ts";
import { bundle, DeviceWorld, TARGET, Team } from "../support/device-world.ts";

setDefaultTimeout(90_000);

let team: Team;
let device: DeviceWorld;
let made = 0;
let present = "";
let oldest: Uint8Array;
/** Half a minute goes by (`downloadIdleMs`), in which the other cases are gone through. */
let givenUp: Promise<void>;
beforeAll(async () => {
  givenUp = stalled();
  givenUp.catch(() => undefined);
  team = await Team.begin();
  device = new DeviceWorld(team);
  await device.device();
  release();
  oldest = team.repository.bytesOf("timestamp");
  expect(await poll()).toMatchObject({ status: 0 });
});
afterEach(() => {
  team.server.instead = () => false;
});
afterAll(async () => {
  await givenUp.catch(() => undefined);
  await device.remove();
  team.end();
});

const poll = (of = device) => of.begin("bundle", "poll").ended;
function release(): void {
  present = `revision-${made++}`;
  team.release(bundle(present));
}

/** Answers requests for files whose path is so with something else. */
function instead(path: string, answer: (response: ServerResponse) => void): void {
  team.server.instead = (asked, response) => {
    if (!asked.includes(path)) return false;
    answer(response);
    return true;
  };
}
/** Answers with other bytes than those that are there; their length is said to be `length`. */
const bytes =
  (path: string, body: string | Uint8Array, headers: Record<string, string | number> = {}) =>
  () =>
    instead(path, (response) => void response.writeHead(200, headers).end(body));
const status =
  (path: string, code: number, headers: Record<string, string> = {}) =>
  () =>
    instead(path, (response) => void response.writeHead(code, headers).end());
const endless = (path: string) => () =>
  instead(path, (response) => {
    const timer = setInterval(() => response.write("{".repeat(4096)), 1);
    response.on("close", () => clearInterval(timer));
  });
const BUNDLE = "targets/shops/";
const TIMESTAMP = "timestamp.json";

interface Fault {
  readonly name: string;
  readonly begin: () => void;
  readonly code: string;
  /** What is in the message. */
  readonly says: string;
  /** Ends it, where the server's own answers do not. */
  readonly end?: () => void;
}
const FAULTS: readonly Fault[] = [
  {
    name: "a server that ends connections",
    begin: () => instead("", ({ socket }) => void socket?.destroy()),
    code: "unreachable",
    says: "/metadata/2.root.json",
  },
  { name: "one that has a fault", begin: status(TIMESTAMP, 500), code: "http_status", says: "answered 500" },
  {
    name: "one that wants to be left alone",
    begin: status(TIMESTAMP, 503, { "retry-after": "86400" }),
    code: "http_status",
    says: "answered 503",
  },
  {
    name: "one that has nothing",
    begin: status("", 404),
    code: "missing",
    says: "no metadata/timestamp.json",
  },
  {
    name: "a network that wants to be signed in to",
    begin: bytes("", "<!doctype html>", { "content-type": "text/html" }),
    code: "captive_portal",
    says: "is a web page",
  },
  { name: "one that says so", begin: status("", 511), code: "captive_portal", says: "sign in to a network" },
  {
    name: "a way to another server",
    begin: status(TIMESTAMP, 302, { location: "http://127.0.0.99:9/" }),
    code: "redirect",
    says: "which is not one of the repository's origins",
  },
  {
    name: "a way round in a circle",
    begin: status(TIMESTAMP, 302, { location: "/metadata/timestamp.json" }),
    code: "redirect",
    says: "more than 3 redirects",
  },
  { name: "metadata without an end", begin: endless(TIMESTAMP), code: "too_large", says: "maxBytes" },
  { name: "a bundle without an end", begin: endless(BUNDLE), code: "too_large", says: "maxBytes" },
  {
    name: "a length beyond all bounds",
    begin: bytes(BUNDLE, "", { "content-length": 1e15 }),
    code: "too_large",
    says: "maxBytes",
  },
  {
    name: "a length that is more than what comes",
    begin: () =>
      instead(BUNDLE, (response) => {
        response.writeHead(200, { "content-length": 200 }).write("x");
        response.socket?.end();
      }),
    code: "incomplete",
    says: BUNDLE,
  },
  {
    name: "a length that is less than what comes",
    begin: () =>
      instead(
        BUNDLE,
        ({ socket }) => void socket?.write("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nxxxyyyyyy"),
      ),
    code: "mismatch",
    says: "has 3 bytes instead of",
  },
  {
    name: "a bundle that is packed once more",
    begin: bytes(BUNDLE, gzipSync(Buffer.alloc(1e6)).subarray(0, 100), { "content-encoding": "gzip" }),
    code: "encoding",
    says: "came encoded as gzip",
  },
  { name: "another bundle", begin: bytes(BUNDLE, bundle("other", "/var")), code: "mismatch", says: TARGET },
  {
    name: "that nothing is new, where nothing is known",
    begin: status("snapshot.json", 304),
    code: "http_status",
    says: "answered 304",
  },
  {
    name: "an older timestamp",
    begin: () => bytes(TIMESTAMP, oldest)(),
    code: "rollback",
    says: "timestamp has version 2 after",
  },
  {
    name: "a timestamp that nobody signed",
    begin: () => {
      const text = Buffer.from(team.repository.bytesOf("timestamp")).toString();
      bytes(TIMESTAMP, text.replace(/"signatures":\[.*?\]/, '"signatures":[]'))();
    },
    code: "bad_signature",
    says: "timestamp has 0 valid signatures of the 1",
  },
  { name: "what is no metadata", begin: bytes(TIMESTAMP, "{}"), code: "metadata_invalid", says: "timestamp" },
  {
    name: "a timestamp that has expired",
    begin: () => expire(-1),
    end: () => expire(7),
    code: "expired",
    says: "timestamp",
  },
  {
    name: "no bundle of the channel",
    begin: () => {
      delete team.repository.targetsOf("targets").targets[TARGET];
      team.repository.publishAll();
    },
    end: () => release(),
    code: "target_unknown",
    says: TARGET,
  },
];

function expire(days: number): void {
  team.repository.timestamp.expires = inDays(days, new Date());
  team.repository.publish("timestamp");
}

describe.each(FAULTS.map((fault) => [fault.name, fault] as const))("%s", (_, fault) => {
  test("is named, and changes nothing; without it the new bundle holds", async () => {
    const before = present;
    release();
    fault.begin();
    const { status: ended, stderr } = await poll();
    expect([ended, stderr]).toEqual([1, expect.stringContaining(`${fault.code}: `)]);
    expect(stderr).toContain(fault.says);
    const shown = await device.status();
    expect(shown).toContain(`bundle       ${before} (shops/prod, `);
    expect(shown).toContain(`\n             ${fault.code}: `);
    expect(shown).toContain("\n             to do: ");
    expect((await device.begin("bundle", "status").ended).stdout).toContain(`${fault.code}: `);
    expect(await device.inForce()).toEqual([before, "denied"]);
    team.server.instead = () => false;
    fault.end?.();
    expect(await poll()).toMatchObject({ status: 0, stderr: "" });
    expect(await device.status()).toContain(
      `bundle       ${present} (shops/prod, APPLIED)\n             root 1, signed`,
    );
    expect(await device.inForce()).toEqual([present, "denied"]);
  });
});

/** Calls `use` with a device of another repository, which has a bundle of it. */
async function withOwn(use: (own: DeviceWorld, team: Team) => Promise<void>): Promise<void> {
  const other = await Team.begin();
  const own = new DeviceWorld(other);
  try {
    other.release(bundle("first"));
    await own.device();
    expect(await poll(own)).toMatchObject({ status: 0 });
    await use(own, other);
  } finally {
    await own.remove();
    other.end();
  }
}

test("256 new roots are gone through at once, and the next one with the next question", () =>
  withOwn(async (own, other) => {
    const { repository } = other;
    for (let version = 2; version <= 257; version++) repository.publish("root");
    other.release(bundle("second"));
    const version = async () => (await own.ask("GET", "/v1/bundles")).body.trust.root_version;
    expect(await poll(own)).toMatchObject({ status: 0 });
    expect([await version(), ...(await own.inForce())]).toEqual([257, "second", "denied"]);
    // The 257th step from there has the new key of the timestamp.
    for (let more = 0; more < 256; more++) repository.publish("root");
    repository.setKeys("timestamp", [testKey()]);
    repository.publish("root");
    other.release(bundle("third"));
    expect((await poll(own)).stderr).toContain("bad_signature: timestamp");
    expect([await version(), ...(await own.inForce())]).toEqual([513, "second", "denied"]);
    expect(await own.status()).toContain("             bad_signature: ");
    expect(await poll(own)).toMatchObject({ status: 0 });
    expect([await version(), ...(await own.inForce())]).toEqual([514, "third", "denied"]);
  }));

test("a server of which nothing comes any more is given up, and named", () => givenUp);

/** A download that stops after its first byte. */
const stalled = (): Promise<void> =>
  withOwn(async (own, other) => {
    other.release(bundle("second"));
    other.server.instead = (path, response) => {
      if (path.includes(BUNDLE)) response.writeHead(200, { "content-length": 200 }).write("x");
      return path.includes(BUNDLE);
    };
    expect((await poll(own)).stderr).toContain("timeout: ");
    expect(await own.status()).toContain("(shops/prod, APPLIED)\n             timeout: ");
    expect(await own.inForce()).toEqual(["first", "denied"]);
    other.server.instead = () => false;
    expect(await poll(own)).toMatchObject({ status: 0 });
    expect(await own.inForce()).toEqual(["second", "denied"]);
  });
