/** `examples/fleet`: its README is done with the executable, with nginx, TLS and three agents. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { selfSigned } from "../../src/platform/certificate-testing.ts";
import { Workspace } from "../cli/remit.ts";
import type { Answer } from "../repository/at-terminal.ts";
import { type Agent, until } from "../support/agent.ts";
import { executable } from "../support/executable.ts";
import { EXAMPLES, placed, text } from "./files.ts";
import { WalkThrough } from "./walk-through.ts";

setDefaultTimeout(120_000);

const NGINX = "/usr/sbin/nginx";
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const LACKING = existsSync(NGINX) && hasOpenssl ? "" : " (skipped: no nginx or no openssl)";
const PASSPHRASE = "correct horse";
const ANSWERS: readonly Answer[] = [
  [/(Passphrase of \S+|Once more): $/, `${PASSPHRASE}\r`],
  [/\[y\/N\] $/, "y\r"],
];
const TILLS = ["till-1", "till-2", "till-3"];

const work = new Workspace();
const at = (...names: readonly string[]): string => join(work.path, ...names);
const PORT = freePort();
const URL = `https://localhost:${PORT}`;

const walk = new WalkThrough({
  markdown: placed(text("fleet/README.md"), { "localhost:8443": `localhost:${PORT}` }),
  folder: work.path,
  env: { PATH: `${at("bin")}:/usr/bin:/bin` },
  answers: ANSWERS,
  ready: (process, line) => (line.startsWith("remit") ? process.says("takes scripts") : isListening(process)),
});
const section = (title: string): void => test(title, () => walk.through(title));

function freePort(): number {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port = 0 } = server;
  server.stop(true);
  return port;
}

/** Returns when nginx takes connections. */
const isListening = (nginx: Agent): Promise<void> =>
  until(
    () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(PORT, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
        socket.unref();
      }),
    `nginx; it says ${nginx.said}`,
  );

describe.skipIf(LACKING !== "")(`examples/fleet${LACKING}`, () => {
  beforeAll(() => {
    cpSync(join(EXAMPLES, "fleet"), work.path, { recursive: true });
    work.file("nginx.conf", placed(text("fleet/nginx.conf"), { "127.0.0.1:8443": `127.0.0.1:${PORT}` }));
    mkdirSync(at("bin"));
    symlinkSync(executable(), at("bin/remit"));
    // Started as root, nginx reads files as nobody.
    chmodSync(work.path, 0o755);
  });
  afterAll(async () => {
    await walk.end();
    work.remove();
  });

  section("A fleet");
  section("Keys and a repository");
  section("The web server");
  test("it serves the repository to whoever trusts its authority, and nothing else", webServer);
  section("Three tills");
  test("a till that trusts another authority takes nothing, and says why", strangeAuthority);
  section("An update");
  section("An older repository");
  test("A lost key", async () => {
    cpSync(at("repository"), at("thief"), { recursive: true });
    await walk.through("A lost key");
  });
  test("a root signed by the lost key and one of the others is refused", lostKey);
  section("A policy that was wrong");
  test("all tills have the same in the end, and the repository is in order", async () => {
    for (const till of TILLS)
      expect(statusOf(till)).toMatchObject({ revision: "4", root: 3, attack: undefined });
    const { status, stdout } = work.call(["repo", "status", "repository"]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^root +3 /) });
    expect(walk.left).toEqual([]);
  });
});

/** What the server answers over TLS. */
const get = (path: string, init: RequestInit = {}, ca = Bun.file(at("tls/ca.pem"))): Promise<Response> =>
  fetch(`${URL}/${path}`, { ...init, tls: { ca } });

async function webServer(): Promise<void> {
  const timestamp = await get("metadata/timestamp.json");
  const etag = timestamp.headers.get("etag") ?? "";
  expect(timestamp.status).toBe(200);
  expect(timestamp.headers.get("cache-control")).toBe("no-cache");
  expect(etag).toStartWith('"');
  // A weak tag, of an answer that was packed, is not one that devices take.
  const packing = { "accept-encoding": "gzip" };
  const again = await get("metadata/timestamp.json", { headers: { ...packing, "if-none-match": etag } });
  expect([again.status, again.headers.get("etag")]).toEqual([304, etag]);

  for (const path of ["metadata/1.root.json", "metadata/1.targets.json", "metadata/1.snapshot.json"]) {
    const answer = await get(path);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([
      200,
      "public, max-age=31536000, immutable",
    ]);
  }
  for (const name of [
    "metadata/9.root.json.part",
    "metadata/.hidden.json",
    "notes.txt",
    "targets/x.tar.gz",
  ]) {
    writeFileSync(at("web", name), "x");
  }
  const missing = ["metadata/2.root.json", "", "metadata/", "targets/", "metadata/9.root.json.part"];
  for (const path of [
    ...missing,
    "metadata/.hidden.json",
    "notes.txt",
    "targets/x.tar.gz",
    "%2e%2e/nginx.conf",
  ]) {
    const answer = await get(path);
    expect([path, answer.ok, await answer.text()]).toEqual([path, false, expect.not.stringContaining("<a")]);
    expect(answer.headers.get("cache-control")).toBe("no-cache");
  }
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    expect((await get("metadata/timestamp.json", { method })).status).toBe(405);
  }
  expect((await get("metadata/timestamp.json", { method: "HEAD" })).status).toBe(200);

  // Security level 0, as clients of today refuse by themselves what the server is to refuse here.
  const handshake = (version: string) => {
    const to = [
      "-connect",
      `localhost:${PORT}`,
      "-CAfile",
      at("tls/ca.pem"),
      "-cipher",
      "DEFAULT@SECLEVEL=0",
    ];
    const { status, stderr } = spawnSync("openssl", ["s_client", version, ...to], { input: "" });
    return { status, refused: /alert protocol version/.test(stderr.toString()) };
  };
  const [agreed, refused] = [
    { status: 0, refused: false },
    { status: 1, refused: true },
  ];
  expect(["-tls1_3", "-tls1_2", "-tls1_1"].map(handshake)).toEqual([agreed, agreed, refused]);
  await expect(fetch(`${URL}/metadata/timestamp.json`)).rejects.toThrow();
}

async function strangeAuthority(): Promise<void> {
  cpSync(at("till-1/remit.toml"), at("stranger.toml"));
  const settings = Bun.file(at("stranger.toml"));
  work.file("strange.pem", selfSigned("DNS:localhost").cert);
  const changes = { [at("till-1/ca.pem")]: at("strange.pem"), [at("till-1/state")]: at("stranger") };
  await Bun.write(settings, placed(await settings.text(), changes));
  await walk.begin("remit serve --config stranger.toml &");
  expect(await walk.run("remit bundle poll --config stranger.toml", true)).toContain("certificate: ");
  expect(statusOf("stranger", "stranger.toml")).toMatchObject({ revision: undefined, code: "certificate" });
  expect(statusOf("till-1")).toMatchObject({ revision: "1" });
}

async function lostKey(): Promise<void> {
  work.file("passphrase", PASSPHRASE);
  chmodSync(at("passphrase"), 0o600);
  const sign = ["alice", "carol"].map(
    (name) => `remit repo sign thief --key keys/${name} --passphrase-file passphrase --yes\n`,
  );
  const release = `${sign.join("")}remit repo release thief --online-key keys/online\n`;
  const renewed = `remit repo renew thief --role root\n${release}`;
  await walk.run(`remit repo rotate thief --role root --remove bob\n${release}${renewed}${renewed}`);
  cpSync(at("web"), at("web-now"), { recursive: true, preserveTimestamps: true });
  // The tills are at root 3.
  await walk.run("sh publish.sh thief web");
  expect(existsSync(at("web/metadata/4.root.json"))).toBe(true);
  for (const till of TILLS) {
    expect(await walk.run(`remit bundle poll --config ${till}/remit.toml`, true)).toContain(
      "bad_signature: ",
    );
    expect(statusOf(till)).toMatchObject({ revision: "2", root: 3, attack: "bad_signature" });
  }
  rmSync(at("web"), { recursive: true });
  await walk.run("mv web-now web");
  for (const till of TILLS) await walk.run(`remit bundle poll --config ${till}/remit.toml`);
  for (const till of TILLS)
    expect(statusOf(till)).toMatchObject({ revision: "2", root: 3, attack: undefined });
}

/** What a till says of its bundles. */
function statusOf(till: string, config = `${till}/remit.toml`) {
  const { stdout } = work.call(["bundle", "status", "--json", "--config", config]);
  const { bundles, trust } = JSON.parse(stdout);
  const [bundle] = Object.values<{ code?: string; active_revision?: string }>(bundles);
  return {
    revision: bundle?.active_revision,
    code: bundle?.code,
    root: trust?.root_version,
    attack: trust?.last_attack,
  };
}
