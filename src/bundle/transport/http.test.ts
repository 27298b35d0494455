import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { selfSigned } from "../../platform/certificate-testing.ts";
import { BundleError } from "../errors.ts";
import { HttpTransport, type HttpTransportOptions } from "./http.ts";
import type { Answer } from "./transport.ts";

const own = selfSigned("DNS:localhost");
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: IncomingMessage[] = [];
const listen = (request: IncomingMessage, response: ServerResponse) => {
  asked.push(request);
  answer(request, response);
};
const [plain, other] = [createServer(listen), createServer(listen)];
const secure = createSecureServer(own, listen);
const silent = createTcpServer(() => undefined);
const originOf = (server: Server | typeof silent, scheme = "http", host = "127.0.0.1"): string =>
  `${scheme}://${host}:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  for (const server of [plain, other, secure, silent]) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
});
afterAll(() => {
  for (const server of [plain, other, secure]) server.closeAllConnections();
  for (const server of [plain, other, secure, silent]) server.close();
});
beforeEach(() => {
  asked.length = 0;
  answer = (_, response) => response.end('{"a":1}');
});

async function get(
  options: Partial<HttpTransportOptions> = {},
  request: { path?: string; maxBytes?: number; etag?: string } = {},
): Promise<Answer | BundleError> {
  const transport = new HttpTransport({ base: new URL(originOf(plain)), ...options });
  try {
    const { path = "metadata/timestamp.json", ...rest } = request;
    return await transport.get(path, { maxBytes: 1000, ...rest });
  } catch (error) {
    if (error instanceof BundleError) return error;
    throw error;
  } finally {
    transport.close();
  }
}
const answering = (
  status: number,
  headers: Record<string, string> = {},
  body: string | Buffer = '{"a":1}',
) => {
  answer = (_, response) => response.writeHead(status, headers).end(body);
};

describe("a file", () => {
  test.each([
    ["", "/metadata/timestamp.json"],
    ["/repo", "/repo/metadata/timestamp.json"],
    ["/repo/", "/repo/metadata/timestamp.json"],
  ])("below %p is at %s", async (path, url) => {
    const base = new URL(originOf(plain) + path);
    expect(await get({ base })).toEqual({ status: 200, body: Buffer.from('{"a":1}') });
    expect(asked.map((request) => request.url)).toEqual([url]);
  });

  test("has the tag that the server gives it, and is asked for with it", async () => {
    answering(200, { etag: '"1"' });
    expect(await get()).toMatchObject({ etag: '"1"' });
    answering(304);
    expect(await get({}, { etag: '"1"' })).toEqual({ status: 304 });
    expect(asked.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"1"']);
  });

  test("is asked for as it is", async () => {
    await get();
    expect(asked[0]?.headers["accept-encoding"]).toBe("");
  });

  test.each([403, 404] as const)("that is not there: %d", async (status) => {
    answering(status, {}, "<html>not here</html>");
    expect(await get()).toEqual({ status });
  });
});

describe("an answer that is none", () => {
  test.each([
    ["nothing new, for who has nothing", 304, {}, "", "http_status"],
    ["a part of the file", 206, {}, '{"a"', "http_status"],
    ["an error of the server", 500, {}, "", "http_status"],
    ["a wish to sign in", 511, {}, "<html>", "captive_portal"],
    ["a web page", 200, { "content-type": "text/html; charset=utf-8" }, "Welcome", "captive_portal"],
    [
      "a web page that says to be JSON",
      200,
      { "content-type": "application/json" },
      "\n <!DOCTYPE html>",
      "captive_portal",
    ],
    [
      "a web page that is packed",
      200,
      { "content-type": "text/html", "content-encoding": "gzip" },
      gzipSync("x"),
      "captive_portal",
    ],
    ["a packed file", 200, { "content-encoding": "gzip" }, gzipSync("{}".repeat(100_000)), "encoding"],
    ["a file that says so", 200, { "content-encoding": "br" }, "{}", "encoding"],
    ["too large a file", 200, {}, "x".repeat(1001), "too_large"],
  ])("%s", async (_, status, headers, body, code) => {
    answering(status, headers as Record<string, string>, body);
    expect(await get()).toMatchObject({ code });
  });

  test("of a busy server says when to come again", async () => {
    answering(503, { "retry-after": "120" });
    expect(await get()).toMatchObject({ code: "http_status", status: 503, retryAfterMs: 120_000 });
    answering(429);
    expect(await get()).toMatchObject({ code: "http_status", status: 429, retryAfterMs: undefined });
  });

  test("comes late, or not to its end", async () => {
    expect(await get({ base: new URL(originOf(silent)), idleMs: 50 })).toMatchObject({ code: "timeout" });
    answer = (_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{");
      response.socket?.end();
    };
    expect(await get()).toMatchObject({ code: "incomplete" });
  });

  test("nobody gives", async () => {
    expect(await get({ base: new URL("http://127.0.0.99:9") })).toMatchObject({ code: "unreachable" });
  });

  test("is told without what may be secret", async () => {
    answering(500);
    const base = new URL(`${originOf(plain)}/repo`);
    base.username = "user";
    base.password = "word";
    const error = await get({ base }, { path: "metadata/1.root.json?token=secret" });
    expect(error).toMatchObject({ message: `${originOf(plain)}/repo/metadata/1.root.json answered 500` });
  });
});

describe("a redirect", () => {
  const redirectTo = (location: string, status = 302) => {
    answer = ({ url }, response) => {
      if (url?.startsWith("/metadata/")) response.writeHead(status, { location }).end();
      else response.end(`{"at":"${url}"}`);
    };
  };

  test.each([301, 302, 303, 307, 308])("%d is followed on the same origin", async (status) => {
    redirectTo("/elsewhere", status);
    expect(await get()).toMatchObject({ status: 200, body: Buffer.from('{"at":"/elsewhere"}') });
  });

  test("to another origin is followed only where that is configured", async () => {
    const elsewhere = `${originOf(other)}/file`;
    redirectTo(elsewhere);
    expect(await get()).toMatchObject({
      code: "redirect",
      message: expect.stringContaining(`${originOf(other)}, which is not one of the repository's origins`),
    });
    expect(asked.length).toBe(1);
    expect(await get({ origins: [originOf(other)] })).toMatchObject({ status: 200 });
  });

  test("from https to http is not, also if that is configured", async () => {
    redirectTo(`${originOf(other)}/file`);
    const base = new URL(originOf(secure, "https", "localhost"));
    expect(await get({ base, ca: own.cert, origins: [originOf(other)] })).toMatchObject({ code: "redirect" });
    redirectTo("/elsewhere");
    expect(await get({ base, ca: own.cert })).toMatchObject({ status: 200 });
  });

  test("takes no name and password along", async () => {
    redirectTo(`${originOf(plain).replace("//", "//user:word@")}/elsewhere`);
    expect(await get()).toMatchObject({ status: 200 });
    expect(asked[1]?.headers.authorization).toBeUndefined();
  });

  test.each(["", "http://[", "file:///etc/passwd", "data:,{}"])("to %p leads nowhere", async (location) => {
    redirectTo(location);
    expect(await get()).toMatchObject({ code: "redirect" });
  });

  test("after three others is not followed", async () => {
    let hops = 3;
    answer = (_, response) => {
      if (hops-- > 0) response.writeHead(302, { location: "/again" }).end();
      else response.end("{}");
    };
    expect(await get()).toMatchObject({ status: 200 });
    hops = 4;
    expect(await get()).toMatchObject({ code: "redirect" });
  });
});

describe("TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "remit-bundle-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const base = () => new URL(originOf(secure, "https", "localhost"));

  test("with a certificate that somebody vouches for, and without", async () => {
    expect(await get({ base: base(), ca: own.cert })).toMatchObject({ status: 200 });
    expect(await get({ base: base() })).toMatchObject({ code: "certificate" });
  });

  test.each([
    ["is not valid yet", "20900101000000Z", "20910101000000Z"],
    ["is no longer valid", "20200101000000Z", "20210101000000Z"],
  ])("with a certificate that %s: it may be the clock", async (_, start, end) => {
    const dated = certificate(folder, start, end);
    const server = createSecureServer(dated, listen);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = new URL(originOf(server, "https", "localhost"));
    const error = await get({ base: url, ca: dated.cert });
    server.close();
    expect(error).toMatchObject({
      code: "certificate_time",
      message: expect.stringContaining(`the clock of this machine says ${new Date().getUTCFullYear()}`),
    });
  });
});

/** A certificate of localhost that is valid from `start` to `end`: only an authority may say both. */
function certificate(folder: string, start: string, end: string): { key: string; cert: string } {
  const at = (name: string) => join(folder, name);
  const configuration = `[ca]\ndefault_ca=own\n[own]\ndatabase=${at("index")}\nserial=${at("serial")}\nnew_certs_dir=${folder}
default_md=sha256\npolicy=any\nx509_extensions=names\n[any]\ncommonName=supplied\n[names]\nsubjectAltName=DNS:localhost
[req]\ndistinguished_name=name\n[name]\n`;
  writeFileSync(at("openssl.cnf"), configuration);
  writeFileSync(at("index"), "");
  writeFileSync(at("serial"), "01");
  const key = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-keyout",
    at("key.pem"),
  ];
  const steps = [
    [
      "req",
      "-new",
      ...key,
      "-subj",
      "/CN=localhost",
      "-out",
      at("request.pem"),
      "-config",
      at("openssl.cnf"),
    ],
    [
      ...["ca", "-batch", "-selfsign", "-config", at("openssl.cnf"), "-keyfile", at("key.pem"), "-notext"],
      ...["-startdate", start, "-enddate", end, "-in", at("request.pem"), "-out", at("cert.pem")],
    ],
  ];
  for (const step of steps) {
    const { status, stderr } = spawnSync("openssl", step);
    if (status !== 0) throw new Error(`openssl: ${stderr}`);
  }
  return { key: readFileSync(at("key.pem"), "utf8"), cert: readFileSync(at("cert.pem"), "utf8") };
}
