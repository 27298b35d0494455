import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { HttpError, type HttpResponse, httpGet, httpTargets, httpUrl } from "./http.ts";

const folder = mkdtempSync(join(tmpdir(), "remit-http-"));
const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
const openssl = spawnSync("openssl", [
  ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
  ...[
    "-keyout",
    key,
    "-out",
    certificate,
    "-subj",
    "/CN=named.test",
    "-addext",
    "subjectAltName=DNS:named.test",
  ],
]);

let server: Server;
let port: number;
let last: IncomingMessage | undefined;
const TARGETS = [{ address: Uint8Array.of(127, 0, 0, 1), scope: 0 }];

beforeAll(async () => {
  server = createServer((request, response) => {
    last = request;
    const status = Number(/^\/status\/(\d+)/.exec(request.url ?? "")?.[1] ?? 200);
    const gzip = request.url === "/gzip";
    response.writeHead(status, { location: "/next", ...(gzip ? { "content-encoding": "gzip" } : {}) });
    response.end(gzip ? gzipSync("text") : "text");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function get(text: string, targets = TARGETS): Promise<HttpResponse> {
  const url = httpUrl(text);
  if (!url) throw new Error(text);
  return httpGet(url, targets, undefined);
}

test("connects to the address, asks for the name", async () => {
  const { status, body } = await get(`http://user:p%40ss@named.test:${port}/path?query`);
  expect([status, Buffer.from(body).toString()]).toEqual([200, "text"]);
  expect(last?.headers).toMatchObject({
    host: `named.test:${port}`,
    accept: "*/*",
    authorization: `Basic ${btoa("user:p@ss")}`,
  });
  expect(last?.url).toBe("/path?query");
});

test("of several addresses the first that answers", async () => {
  const closed = { address: Uint8Array.of(127, 0, 0, 99), scope: 0 };
  expect((await get(`http://named.test:${port}/`, [closed, ...TARGETS])).status).toBe(200);
  await expect(get(`http://named.test:${port}/`, [closed])).rejects.toThrow(HttpError);
});

test.each([301, 302, 303, 307, 308])("%d leads on", async (status) => {
  const { location } = await get(`http://named.test:${port}/status/${status}`);
  expect(location).toBe(`http://named.test:${port}/next`);
});

test.each([200, 201, 300, 304, 404])("%d leads nowhere", async (status) => {
  expect((await get(`http://named.test:${port}/status/${status}`)).location).toBeUndefined();
});

test("what is compressed stays so: nothing grows without bounds", async () => {
  expect((await get(`http://named.test:${port}/gzip`)).body[0]).toBe(0x1f);
  expect(last?.headers["accept-encoding"]).toBeUndefined();
});

test("names without an address", async () => {
  await expect(httpTargets(new URL("http://nosuch.invalid/"))).rejects.toThrow(HttpError);
});

test.each(["file:///etc/passwd", "data:,x", "blob:x", "ftp://x", "unix:/x", "x"])("no URL: %s", (text) => {
  expect(httpUrl(text)).toBeUndefined();
});

/** Gets `url` in another process with `env`; prints the status, or what went wrong. */
async function elsewhere(url: string, env: Record<string, string>): Promise<string> {
  const script = `
    import { httpGet } from ${JSON.stringify(join(import.meta.dirname, "http.ts"))};
    const targets = [{ address: Uint8Array.of(127, 0, 0, 1), scope: 0 }];
    httpGet(new URL(${JSON.stringify(url)}), targets, undefined).then(
      ({ status }) => console.log(status),
      (error) => console.log(error.message),
    );`;
  const child = Bun.spawn([process.execPath, "-e", script], { env: { ...process.env, ...env } });
  return (await child.stdout.text()).trim();
}

test("no proxy comes between", async () => {
  const proxy = "http://127.0.0.1:1";
  expect(await elsewhere(`http://named.test:${port}/`, { HTTP_PROXY: proxy, http_proxy: proxy })).toBe("200");
});

describe.skipIf(openssl.status !== 0)("HTTPS (needs openssl to make a certificate)", () => {
  let secure: ReturnType<typeof createSecureServer>;
  let securePort: number;
  const trusting = { NODE_EXTRA_CA_CERTS: certificate };
  beforeAll(async () => {
    const pems = { key: readFileSync(key), cert: readFileSync(certificate) };
    secure = createSecureServer(pems, (_request, response) => response.end("text"));
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    securePort = (secure.address() as AddressInfo).port;
  });
  afterAll(() => secure.close());

  test("the certificate is for the name, not for the address", async () => {
    expect(await elsewhere(`https://named.test:${securePort}/`, trusting)).toBe("200");
    expect(await elsewhere(`https://other.test:${securePort}/`, trusting)).toContain("other.test");
    expect(await elsewhere(`https://127.0.0.1:${securePort}/`, trusting)).toContain("127.0.0.1");
  });

  test("a certificate that nobody vouches for", async () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    expect(await elsewhere(`https://named.test:${securePort}/`, env)).toContain("self signed");
  });
});
