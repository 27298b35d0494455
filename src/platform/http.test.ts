import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { HttpError, type HttpResponse, httpGet, httpTargets, urlAt } from "./http.ts";
import { LIMITS, LimitError } from "./limits.ts";

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

const get = (text: string, targets = TARGETS): Promise<HttpResponse> =>
  httpGet(new URL(text), targets, undefined);

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

test("a redirect says where to, not who asks", async () => {
  const redirect = (to: string) => (socket: Socket) =>
    socket.end(`HTTP/1.1 302 Found\r\nlocation: ${to}\r\ncontent-length: 0\r\n\r\n`);
  expect(await against(redirect("http://user:word@named.test/x"))).toMatchObject({
    location: "http://named.test/x",
  });
  for (const nowhere of ["file:///etc/passwd", "data:,x", "http://", "http://a b/"])
    expect(await against(redirect(nowhere))).toMatchObject({ status: 302, location: undefined });
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

test.each(["file:///etc/passwd", "data:,x", "blob:x", "ftp://x", "ws://x"])("no HTTP: %s", async (text) => {
  await expect(httpTargets(new URL(text))).rejects.toMatchObject({ failed: "scheme" });
});

test.each([
  ["http://user:word@named.test:81/a?b#c", [10, 0, 0, 1], "http://10.0.0.1:81/a?b#c"],
  ["https://named.test/", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "https://[::1]/"],
  ["http://named.test/", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1], "http://127.0.0.1/"],
])("%s at an address", (text, bytes, at) => {
  expect(urlAt(new URL(text), Uint8Array.from(bytes))).toBe(at);
});

test("the question mark of an empty query is sent, a fragment is not", async () => {
  await get(`http://named.test:${port}/path?#part`);
  expect(last?.url).toBe("/path?");
});

/** What comes of a request to a server that does `behave` with each connection, within `timeMs`. */
async function against(
  behave: (socket: Socket) => void,
  { timeMs = 5000, maxBytes }: { timeMs?: number; maxBytes?: number } = {},
): Promise<unknown> {
  const open = new Set<Socket>();
  const hostile = createTcpServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    behave(socket);
  });
  await new Promise<void>((resolve) => hostile.listen(0, "127.0.0.1", resolve));
  const { port } = hostile.address() as AddressInfo;
  try {
    return await httpGet(new URL(`http://named.test:${port}/`), TARGETS, maxBytes, timeMs);
  } catch (error) {
    return error;
  } finally {
    for (const socket of open) socket.destroy();
    hostile.close();
  }
}

/** Writes `piece` for as long as it is taken. */
function endlessly(socket: Socket, piece: string): void {
  const more = () => {
    while (socket.writable && socket.write(piece));
  };
  socket.on("drain", more);
  more();
}

const HEAD = "HTTP/1.1 200 OK\r\n";

describe("a server that", () => {
  test("says nothing", async () => {
    expect(await against(() => undefined, { timeMs: 200 })).toEqual(new LimitError("requestTimeMs", 200));
  });

  test("never ends its headers", async () => {
    const error = await against((socket) => {
      socket.write(HEAD);
      endlessly(socket, `x-${"y".repeat(1000)}: z\r\n`);
    });
    expect(error).toEqual(new LimitError("headerBytes", LIMITS.headerBytes));
  });

  test("has much to say in its headers", async () => {
    const headers = `x: ${"y".repeat(LIMITS.headerBytes / 2)}\r\ncontent-length: 1\r\n\r\nz`;
    expect(await against((socket) => socket.write(HEAD + headers))).toMatchObject({ body: Buffer.from("z") });
  });

  test("sends its body drop by drop", async () => {
    const drops: NodeJS.Timeout[] = [];
    const error = await against(
      (socket) => {
        socket.write(`${HEAD}content-length: 1000000\r\n\r\n`);
        drops.push(setInterval(() => socket.writable && socket.write("x"), 20));
      },
      { timeMs: 300 },
    );
    for (const drop of drops) clearInterval(drop);
    expect(error).toEqual(new LimitError("requestTimeMs", 300));
  });

  test("never ends its body", async () => {
    const endless = (socket: Socket) => {
      socket.write(`${HEAD}\r\n`);
      endlessly(socket, "x".repeat(65_536));
    };
    expect(await against(endless)).toEqual(new LimitError("responseBytes", LIMITS.responseBytes));
    expect(await against(endless, { maxBytes: 5 })).toMatchObject({ body: Buffer.from("xxxxx") });
  });

  test("announces more than it may send", async () => {
    const sends = (socket: Socket) => {
      socket.write(`${HEAD}content-length: 99999999999\r\n\r\n`);
      endlessly(socket, "x".repeat(65_536));
    };
    expect(await against(sends)).toEqual(new LimitError("responseBytes", LIMITS.responseBytes));
  });

  test("ends before its body does", async () => {
    const cut = (socket: Socket) => socket.end(`${HEAD}content-length: 100\r\n\r\nabc`);
    expect(await against(cut)).toMatchObject({ failed: "body" });
    expect(await against(cut, { maxBytes: 3 })).toMatchObject({ body: Buffer.from("abc") });
  });

  test("speaks no HTTP", async () => {
    const other = (socket: Socket) => socket.end("SSH-2.0-x\r\n");
    expect(await against(other)).toMatchObject({ failed: "request" });
  });
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
