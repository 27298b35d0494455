/** Requests that want something else than they say, or than the agent would read: rows 67 to 72 and 76 of the attacks. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { AgentProcess } from "../support/agent-process.ts";
import { type Address, addressOf, answerTo, exchange, request } from "./wire.ts";

const BODY = '{"script":"1"}';
const MiB = 2 ** 20;

let agent: AgentProcess;
let at: Address;
let host = "";
let bearer = "";
let runs = 0;

beforeAll(async () => {
  agent = await AgentProcess.start("permit(principal, action, resource);");
  at = addressOf(agent.url);
  host = `Host: ${new URL(agent.url).host}`;
  bearer = `Authorization: Bearer ${agent.token}`;
});
afterAll(() => agent.stop());
// Whatever was refused has run nothing, and the agent goes on.
afterEach(async () => {
  expect(await runsSoFar()).toBe(runs);
});

const runsSoFar = async (): Promise<number> => {
  const { runs: all } = (await (await agent.request("/v1/runs")).json()) as { runs: unknown[] };
  return all.length;
};
const get = (path: string, headers: readonly string[] = [], first = [host, bearer]) =>
  answerTo(at, request(`GET ${path} HTTP/1.1`, [...first, ...headers]));
/** A request for a run, of these headers beside those that it takes. */
const post = (headers: readonly string[], body = BODY, first = [host, bearer, JSON_TYPE]) =>
  answerTo(at, request("POST /v1/runs HTTP/1.1", [...first, ...headers], body));
const JSON_TYPE = "Content-Type: application/json";
const length = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}`;
const chunked = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
/** What is taken counts as a run. */
async function taken(answer: Promise<{ readonly status: number }>): Promise<void> {
  expect((await answer).status).toBe(200);
  runs++;
}

describe("67: who is asked", () => {
  test("by a name of this machine", async () => {
    const { port } = new URL(agent.url);
    for (const name of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      expect((await get("/v1/status", [], [`Host: ${name}`, bearer])).status).toBe(200);
    }
  });
  test.each([
    "evil.example",
    "localhost",
    "127.0.0.1",
    "127.0.0.1:1",
    "localhost.evil.example",
    "127.0.0.1.nip.io",
    "user@127.0.0.1",
    "0.0.0.0",
    "",
  ])("not as %j", async (name) => {
    const full = name.includes(":") ? name : `${name}:${new URL(agent.url).port}`;
    const foreign = name.startsWith("127") || name === "localhost" || name === "" ? name : full;
    expect((await get("/v1/status", [], [`Host: ${foreign}`, bearer])).status).toBeOneOf([400, 403]);
  });
  test("not with two Hosts, without one, or in an absolute form of another", async () => {
    for (const hosts of [[host, host], [host, "Host: evil"], ["Host: evil", host], []]) {
      expect((await get("/v1/status", [], [...hosts, bearer])).status).toBeOneOf([400, 403]);
    }
    expect((await get("http://evil.example/v1/status", [], ["Host: evil.example", bearer])).status).toBe(403);
  });
});

describe("68: web pages", () => {
  test.each([
    "Origin: http://localhost",
    "Origin: null",
    "Origin: ",
    "Referer: http://evil.example/",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Site: same-origin",
  ])("not with %s", async (header) => {
    expect((await get("/v1/status", [header])).code).toBe("browser_not_allowed");
    expect((await post([header, length(BODY)])).code).toBe("browser_not_allowed");
  });
  test("not as text/plain, or without a type", async () => {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "application/jsonx",
    ]) {
      const headers = [host, bearer, `Content-Type: ${type}`];
      expect((await post([length(BODY)], BODY, headers)).code).toBe("media_type");
    }
    expect((await post([length(BODY)], BODY, [host, bearer])).code).toBe("media_type");
  });
  test("no OPTIONS, and nothing for other origins", async () => {
    const asked = request("OPTIONS /v1/runs HTTP/1.1", [host, "Access-Control-Request-Method: POST"]);
    const { status, headers } = await answerTo(at, asked);
    expect(status).toBe(403);
    expect(headers).not.toMatch(/access-control/i);
  });
  test("but a client that says that it is none", async () => {
    expect((await get("/v1/status", ["Sec-Fetch-Site: none"])).status).toBe(200);
    await taken(post([length(BODY)], BODY, [host, bearer, "Content-Type: application/json; charset=utf-8"]));
  });
});

describe("69: where a request ends", () => {
  test.each([
    ["two lengths", ["Content-Length: 14", "Content-Length: 3"]],
    ["a list of lengths", ["Content-Length: 14, 14"]],
    ["a length and chunks", ["Content-Length: 14", "Transfer-Encoding: chunked"]],
    ["a signed length", ["Content-Length: +14"]],
    ["a negative length", ["Content-Length: -14"]],
    ["a length in hex", ["Content-Length: 0xe"]],
    ["an empty length", ["Content-Length: "]],
    ["a length beyond all numbers", ["Content-Length: 99999999999999999999"]],
    ["an unknown coding", ["Transfer-Encoding: xchunked"]],
    ["two codings", ["Transfer-Encoding: chunked, identity"]],
    ["a coding twice", ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"]],
    ["a space before the colon", ["Transfer-Encoding : chunked"]],
    ["a folded header", ["X: a", " b"]],
    ["a NUL", ["X: a\0b"]],
  ])("%s", async (_name, headers) => {
    expect((await post(headers, chunked(BODY))).status).toBe(400);
  });
  test.each(["zz", "-1", "ffffffffffffffff"])("a chunk of %s bytes", async (size) => {
    expect((await post(["Transfer-Encoding: chunked"], `${size}\r\n${BODY}\r\n0\r\n\r\n`)).status).toBe(400);
  });
  test("headers are bounded, by bytes and number", async () => {
    expect((await get("/v1/status", [`X: ${"a".repeat(64 * 1024)}`])).status).toBe(431);
    const many = Array.from({ length: 1000 }, (_, index) => `X${index}: a`);
    expect((await get("/v1/status", many)).status).toBe(431);
  });
  test("requests that follow each other are answered one by one", async () => {
    const one = request("GET /v1/status HTTP/1.1", [host, bearer]);
    const unknown = request("GET /v1/status HTTP/1.1", [host]);
    const answers = await exchange(at, one + unknown + one, 3);
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200]);
  });
  test("a request within the body of another is none", async () => {
    const inner = request("POST /v1/runs HTTP/1.1", [host, bearer, JSON_TYPE, length(BODY)], BODY);
    const [first, second] = await exchange(
      at,
      request("POST /v1/runs HTTP/1.1", [host, bearer, JSON_TYPE, length(inner)], inner) +
        request("GET /v1/status HTTP/1.1", [host, bearer]),
      2,
    );
    expect([first?.status, second?.status]).toEqual([400, 200]);
  });
  test("chunks alone, or a length alone", async () => {
    await taken(post(["Transfer-Encoding: chunked"], chunked(BODY)));
    await taken(post([length(BODY)]));
  });
});

describe("70: how long a body is", () => {
  const large = `{"script":"${" ".repeat(5 * MiB)}"}`;
  test("too long, by what it says or by what it is", async () => {
    expect((await post([length(large)], "")).code).toBe("body_too_large");
    expect((await post(["Content-Length: 104857600"], "")).status).toBe(413);
    expect((await post(["Transfer-Encoding: chunked"], chunked(large))).code).toBe("body_too_large");
  });
  test("of one that nobody knows nothing is read", async () => {
    expect((await post(["Content-Length: 1000"], "", [host, JSON_TYPE])).code).toBe("token_missing");
  });
  test("as long as it may be", async () => {
    const script = `{"script":"1${" ".repeat(900_000)}"}`;
    await taken(post([length(script)], script));
    await taken(post(["Transfer-Encoding: chunked"], chunked(script)));
  });
});

describe("71: what is asked for", () => {
  test.each([
    "//v1/status",
    "/v1//status",
    "/v1%2fstatus",
    "/v1/status/",
    "/V1/status",
    "/v1/status%00",
    "/v1/status;",
  ])("%s is nothing", async (path) => {
    expect((await get(path)).code).toBe("not_found");
  });
  test.each([
    "/healthz/../v1/status",
    "/healthz/%2e%2e/v1/status",
    "/healthz/.%2E/v1/status",
    "/openapi.json/..\\v1/status",
    "/v1/st%61tus",
    "/v1/./status",
  ])("%s takes the token that its resource takes", async (path) => {
    expect((await get(path, [], [host])).code).toBe("token_missing");
    expect((await get(path)).status).toBe(200);
  });
  test("other methods are not taken, and it is said which are", async () => {
    const { status, code, headers } = await answerTo(
      at,
      request("DELETE /v1/status HTTP/1.1", [host, bearer]),
    );
    expect([status, code]).toEqual([405, "method_not_allowed"]);
    expect(headers).toMatch(/^allow: GET, HEAD$/im);
    expect((await post(["X-HTTP-Method-Override: DELETE", length("{}")], "{}")).code).toBe("body_invalid");
  });
});

describe("72: tokens", () => {
  test.each([
    ["none", []],
    ["an empty one", ["Authorization: Bearer "]],
    ["another scheme", ["Authorization: Basic {token}"]],
    ["no scheme", ["Authorization: {token}"]],
    ["two", ["Authorization: Bearer {token}", "Authorization: Bearer x"]],
    ["two in one", ["Authorization: Bearer {token}, Bearer x"]],
    ["spaces within", ["Authorization: Bearer  {token}"]],
  ])("%s", async (_name, headers) => {
    const filled = headers.map((header) => header.replace("{token}", agent.token));
    const answer = await get("/v1/status", [], [host, ...filled]);
    expect([answer.status, answer.code]).toEqual([401, "token_missing"]);
    expect(answer.headers).toMatch(/^www-authenticate: Bearer/im);
  });
  test("not in the address, not in a cookie", async () => {
    const path = `/v1/status?access_token=${agent.token}&token=${agent.token}`;
    expect((await get(path, [`Cookie: token=${agent.token}`], [host])).code).toBe("token_missing");
  });
  test("one that is nobody's, or nearly somebody's", async () => {
    for (const token of ["remit_x", agent.token.slice(0, -1), `${agent.token}A`, agent.token.toUpperCase()]) {
      expect((await get("/v1/status", [], [host, `Authorization: Bearer ${token}`])).code).toBe(
        "token_unknown",
      );
    }
  });
  test("the scheme in any case", async () => {
    for (const scheme of ["bearer", "BEARER"]) {
      expect((await get("/v1/status", [], [host, `Authorization: ${scheme} ${agent.token}`])).status).toBe(
        200,
      );
    }
  });
});

describe("76: what a body says", () => {
  const answerFor = (body: string) => post([length(body)], body);
  test.each([
    ["a name twice", '{"script":"1","script":"2"}'],
    ["a name twice, once escaped", '{"script":"1","\\u0073cript":"2"}'],
    ["a name twice further down", '{"script":"1","arguments":{"a":{"stringValue":"1","stringValue":"2"}}}'],
    ["a prototype", '{"script":"1","__proto__":{"dry_run":true}}'],
    ["a prototype instead of all", '{"__proto__":{"script":"1"}}'],
    ["a constructor", '{"script":"1","constructor":{}}'],
    ["half of a pair", '{"script":"\\ud800"}'],
    ["a number beyond all", '{"script":"1","timeout_ms":1e999}'],
    ["a fraction", '{"script":"1","timeout_ms":1.5}'],
    ["a negative time", '{"script":"1","timeout_ms":-1}'],
    ["a time as text", '{"script":"1","timeout_ms":"1"}'],
    ["an unknown name", '{"script":"1","as":"root"}'],
    ["no script", "{}"],
    ["a list", '[{"script":"1"}]'],
    ["null", "null"],
    ["nothing", ""],
    ["no JSON", "script=1"],
    ["a comment", '{"script":"1"/**/}'],
    ["something after it", '{"script":"1"} {"script":"2"}'],
    ["a byte order mark", '\ufeff{"script":"1"}'],
  ])("%s", async (_name, body) => {
    expect((await answerFor(body)).code).toBe("body_invalid");
  });
  test("nested 100,000 times", async () => {
    for (const [left, right] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      const deep = `${left.repeat(100_000)}1${right.repeat(100_000)}`;
      expect((await answerFor(`{"script":"1","arguments":{"a":${deep}}}`)).code).toBe("body_invalid");
    }
  });
  test("bytes that are no UTF-8", async () => {
    const body = Buffer.concat([Buffer.from('{"script":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const head = request("POST /v1/runs HTTP/1.1", [
      host,
      bearer,
      JSON_TYPE,
      `Content-Length: ${body.length}`,
    ]);
    const answer = await answerTo(at, Buffer.concat([Buffer.from(head), body]));
    expect(answer.code).toBe("body_invalid");
  });
  test("arguments as plain JSON, and tagged, in one request", async () => {
    const body = `{"script":"debug(list); type_of(n) + type_of(d) + text + map.a + list[1] + tagged",
      "arguments":{"n":9223372036854775807,"d":1.0,"text":"t","map":{"a":true,"b":1},"list":["x","y"],
      "tagged":{"integerValue":7}}}`.replaceAll("\n", " ");
    const { output } = JSON.parse((await answerFor(body)).body) as { output: string };
    expect(output).toBe("i64f64ttruey7");
    runs++;
    const nothing = JSON.parse((await answerFor('{"script":"1","arguments":{"a":null}}')).body);
    expect(nothing.error.message).toBe(
      'invalid type: null, expected a tagged value such as {"stringValue": "x"} in argument \'a\'',
    );
    runs++;
  });
  test("numbers of 64 bits, any text, and names of prototypes as names", async () => {
    const body = JSON.stringify({
      script: 'if n != 9223372036854775807 { throw "cut" } t + constructor',
      arguments: {
        n: { longValue: 1 },
        t: { stringValue: "\u{1f600}\0" },
        constructor: { stringValue: "c" },
      },
    }).replace('"longValue":1', '"longValue":9223372036854775807');
    const answer = await answerFor(body);
    expect(JSON.parse(Buffer.from(answer.body, "latin1").toString())).toMatchObject({
      status: "SUCCESS",
      output: "\u{1f600}\0c",
    });
    runs++;
  });
});

test("ids of requests are taken when they are ids, and said again", async () => {
  const idOf = async (id: string): Promise<string | undefined> =>
    /^x-request-id: (\S+)/im.exec((await get("/v1/status", [`X-Request-Id: ${id}`])).headers)?.[1];
  expect(await idOf("job-17_a=")).toBe("job-17_a=");
  for (const id of ["a b", "a;b", "<x>", "x".repeat(65)]) expect(await idOf(id)).toMatch(/^[0-9a-f-]{36}$/);
});
