/** HTTP as it is written: methods, versions, what occurs twice, what asks for something else; rows 67, 69 and 71. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { recordsOf } from "../../src/audit/testing.ts";
import { until } from "../support/agent.ts";
import { AgentProcess } from "../support/agent-process.ts";
import { type Address, addressOf, answerTo, exchange, open, request } from "./wire.ts";

const BODY = '{"script":"1"}';
const TYPE = "Content-Type: application/json";
const LENGTH = `Content-Length: ${BODY.length}`;
const POST = "POST /v1/runs HTTP/1.1";

let agent: AgentProcess;
let at: Address;
let host = "";
let bearer = "";
beforeAll(async () => {
  agent = await AgentProcess.start("permit(principal, action, resource);");
  at = addressOf(agent.url);
  host = `Host: ${new URL(agent.url).host}`;
  bearer = `Authorization: Bearer ${agent.token}`;
});
afterAll(() => agent.stop());

const runs = (): number =>
  recordsOf(agent.state).filter((record) => record.kind === "run" && record.event === "started").length;
/** Answered so, and nothing was run. */
async function refused(text: string, statuses: readonly number[], where = at): Promise<void> {
  const before = runs();
  expect((await answerTo(where, text)).status).toBeOneOf([...statuses]);
  expect(runs()).toBe(before);
}
async function taken(text: string, where = at): Promise<void> {
  const before = runs();
  expect((await answerTo(where, text)).status).toBe(200);
  expect(runs()).toBe(before + 1);
}
const get = (line: string, ...headers: readonly string[]) => request(line, [host, bearer, ...headers]);
const post = (...headers: readonly string[]) => request(POST, [host, bearer, TYPE, LENGTH, ...headers], BODY);

describe("HEAD", () => {
  test("of each route that GET is for says what GET would, and nothing else", async () => {
    const { paths } = (await (await agent.request("/openapi.json")).json()) as {
      readonly paths: { readonly [path: string]: object };
    };
    const run = await agent.request("/v1/runs", { body: { script: "1" } });
    const { id } = (await run.json()) as { id: string };
    const routes = Object.entries(paths).filter(([, methods]) => "get" in methods);
    expect(routes.length).toBeGreaterThan(10);
    // What changes from one request to the next has not always the same length.
    const changing = ["/metrics"];
    for (const path of [...routes.map(([name]) => name.replace("{id}", id)), "/openapi.json", "/nothing"]) {
      const [head, got] = [await agent.request(path, { method: "HEAD" }), await agent.request(path)];
      const body = await got.text();
      expect([path, head.status]).toEqual([path, got.status]);
      expect(await head.text()).toBe("");
      for (const name of ["content-type", "cache-control", "x-content-type-options"])
        expect([path, name, head.headers.get(name)]).toEqual([path, name, got.headers.get(name)]);
      expect(head.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      const length = head.headers.get("content-length");
      if (path.endsWith("/events") || got.status === 204) expect([path, length]).toEqual([path, null]);
      else if (!changing.includes(path)) expect([path, length]).toEqual([path, String(body.length)]);
    }
  });
  test("is not for what takes POST alone", async () => {
    expect((await agent.request("/v1/admin/kill", { method: "HEAD" })).status).toBe(405);
  });
});

describe("what occurs twice", () => {
  const socket = () => ({ path: agent.socket });
  test("Host, also at the socket, where one says nothing", async () => {
    await refused(request(POST, [host, "Host: x", bearer, TYPE, LENGTH], BODY), [400, 403]);
    await refused(request(POST, ["Host: a", "Host: b", bearer, TYPE, LENGTH], BODY), [403], socket());
    await taken(request(POST, ["Host: a", bearer, TYPE, LENGTH], BODY), socket());
  });
  test("a type, a key, a token", async () => {
    await refused(post("Content-Type: text/plain"), [415]);
    await refused(post("Idempotency-Key: a", "Idempotency-Key: b"), [400]);
    await refused(post(bearer), [401]);
    await taken(post("Idempotency-Key: a"));
  });
  test("an id of a request, a trace: they count as none", async () => {
    const trace = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    await taken(post("X-Request-Id: a", "X-Request-Id: b", trace, trace));
    const started = recordsOf(agent.state).findLast(({ kind }) => kind === "run");
    expect(started).not.toHaveProperty("traceId");
  });
});

describe("versions and forms", () => {
  test.each(["HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9", "http/1.1", "HTTP/1.1 x", ""])(
    "no %j",
    async (version) => {
      await refused(post().replace("HTTP/1.1", version), [0, 400, 505]);
    },
  );
  test("not as HTTP/2 begins", () => refused(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${post()}`, [0, 400, 505]));
  test("HTTP/1.0 with a Host, not without", async () => {
    await refused(request("POST /v1/runs HTTP/1.0", [bearer, TYPE, LENGTH], BODY), [400, 403]);
    await taken(post().replace("HTTP/1.1", "HTTP/1.0"));
  });
  test("an absolute form of our own", async () => {
    await taken(post().replace("/v1/runs", `${agent.url}/v1/runs`));
    await refused(post().replace("/v1/runs", "v1/runs"), [400, 404]);
    await refused(request("CONNECT 127.0.0.1:1 HTTP/1.1", [host, bearer]), [400, 404, 405]);
    await refused(request("OPTIONS * HTTP/1.1", [host, bearer]), [400, 403]);
  });
  test.each([
    "POST /v1/runs/ HTTP/1.1",
    "POST //v1/runs HTTP/1.1",
    "POST /v1/runs%2f HTTP/1.1",
    "POST /v1/runs%00 HTTP/1.1",
    "POST /v1/runs\0 HTTP/1.1",
    "POST /v1/runs\t HTTP/1.1",
    "POST  /v1/runs HTTP/1.1",
    "POST\t/v1/runs\tHTTP/1.1",
    " POST /v1/runs HTTP/1.1",
    "\r\nPOST /v1/runs HTTP/1.1",
    "post /v1/runs HTTP/1.1",
    "POSTS /v1/runs HTTP/1.1",
    `${"A".repeat(5000)} /v1/runs HTTP/1.1`,
    `POST /v1/runs?${"a".repeat(20_000)} HTTP/1.1`,
  ])("not %j", (line) => refused(post().replace(POST, line.slice(0, 20_100)), [0, 400, 404, 405, 431, 505]));
  test("lines that end by LF alone", () => refused(post().replaceAll("\r\n", "\n"), [0, 400, 505]));
});

describe("what asks for something else", () => {
  test("100-continue is answered, and then the request", async () => {
    const head = post("Expect: 100-continue").slice(0, -BODY.length);
    const socket = open(at);
    let said = "";
    const says = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (said.includes(text)) resolve();
        };
        socket.on("data", look);
        look();
      });
    socket.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    socket.write(head);
    await says("HTTP/1.1 100 Continue\r\n\r\n");
    const before = runs();
    socket.write(BODY);
    await says("HTTP/1.1 200 OK\r\n");
    await says('"state":"succeeded"');
    expect(runs()).toBe(before + 1);
    socket.destroy();
  });
  test("another protocol is not spoken: the request is answered in this one", async () => {
    for (const upgrade of [
      ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA=="],
      ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"],
    ]) {
      const one = get("GET /v1/status HTTP/1.1", ...upgrade);
      const answers = await exchange(at, one + get("GET /v1/caller HTTP/1.1"), 2);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    }
  });
  test("a coding of the body is not taken", async () => {
    for (const coding of ["gzip", "br", "identity, gzip"])
      await refused(post(`Content-Encoding: ${coding}`), [415]);
    await taken(post("Content-Encoding: identity"));
  });
  test("after a request whose end is not certain nothing more is read", async () => {
    const before = runs();
    const unsure = request(POST, [host, bearer, TYPE, LENGTH, "Transfer-Encoding: chunked"], "0\r\n\r\n");
    const answers = await exchange(at, unsure + post(), 2);
    expect(answers.map(({ status }) => status)).toEqual([400]);
    expect(runs()).toBe(before);
    const status = get("GET /v1/status HTTP/1.1");
    const sure = await exchange(at, status + status, 2);
    expect(sure.map(({ status: answered }) => answered)).toEqual([200, 200]);
  });
  test("what comes before the answer to a run closes the connection, and the run is made once", async () => {
    const key = "Idempotency-Key: pipelined";
    const before = runs();
    // The server under this one takes a further request only after its answer; so it is said in the documentation.
    await exchange(at, post(key) + post(key), 2);
    expect(runs()).toBe(before + 1);
    await until(async () => (await answerTo(at, post(key))).status === 200, "the answer of the first");
    expect(runs()).toBe(before + 1);
  });
});
