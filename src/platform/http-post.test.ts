import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer as createPlainServer, type RequestListener, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { selfSigned } from "./certificate-testing.ts";
import { HttpError } from "./http.ts";
import { httpPost, type Post, type PostAnswer } from "./http-post.ts";
import { LimitError } from "./limits.ts";

const own = selfSigned("DNS:localhost", "IP:127.0.0.1");
const other = selfSigned("DNS:localhost");
const misnamed = selfSigned("DNS:elsewhere.test");

/** What the servers got, and the authorities that the proxy was asked for. */
const bodies: string[] = [];
const tunnels: string[] = [];
let proxyStatus = 200;

const answer: RequestListener = (request, response) => {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    bodies.push(`${request.method} ${request.url} ${request.headers["x-sent"]} ${Buffer.concat(pieces)}`);
    if (request.url === "/silent") return;
    if (request.url === "/cut") {
      request.socket.destroy();
      return;
    }
    response.writeHead(request.url === "/away" ? 307 : 200, { location: "/x", "retry-after": "7" });
    if (request.url !== "/endless") {
      response.end("done");
      return;
    }
    const timer = setInterval(() => response.write("x".repeat(1000)), 1);
    response.on("close", () => clearInterval(timer));
  });
};
const servers: Server[] = [];
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
let [plain, secure, strange, proxy] = [0, 0, 0, 0];
beforeAll(async () => {
  plain = await listening(createPlainServer(answer));
  secure = await listening(createServer(own, answer));
  strange = await listening(createServer(misnamed, answer));
  const proxyServer = createPlainServer((_, response) => response.writeHead(proxyStatus).end());
  proxyServer.on("connect", ({ url = "" }, socket) => {
    tunnels.push(url);
    if (proxyStatus !== 200) {
      socket.end(`HTTP/1.1 ${proxyStatus} no\r\n\r\n`);
      return;
    }
    const [host, port] = url.split(":");
    const onwards = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 there\r\n\r\n");
      onwards.pipe(socket).pipe(onwards);
    });
    for (const end of [onwards, socket]) end.on("error", () => socket.destroy());
  });
  proxy = await listening(proxyServer);
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const post = (url: string, options: Partial<Post> = {}): Promise<PostAnswer> =>
  httpPost({
    url: new URL(url),
    headers: { "x-sent": "yes" },
    body: Buffer.from("text"),
    timeMs: 20_000,
    signal: new AbortController().signal,
    ...options,
  });
const trusting = { ca: own.cert };

test("sends the body and the headers, and tells status and headers", async () => {
  const { status, header } = await post(`http://127.0.0.1:${plain}/path?q`);
  expect([status, header("retry-after"), header("none")]).toEqual([200, "7", undefined]);
  expect(bodies.at(-1)).toBe("POST /path?q yes text");
});

test("does not follow a redirect", async () => {
  const before = bodies.length;
  expect((await post(`http://127.0.0.1:${plain}/away`)).status).toBe(307);
  expect(bodies.length).toBe(before + 1);
});

describe("over TLS", () => {
  test("to whom the named authority vouches for, by name and by address", async () => {
    expect((await post(`https://localhost:${secure}/`, trusting)).status).toBe(200);
    expect((await post(`https://127.0.0.1:${secure}/`, trusting)).status).toBe(200);
  });
  test.each([
    ["no authority", () => secure, {}],
    ["another authority", () => secure, { ca: other.cert }],
    ["a certificate of another name", () => strange, { ca: misnamed.cert }],
  ])("not with %s", async (_, port, options) => {
    const before = bodies.length;
    await expect(post(`https://localhost:${port()}/`, options)).rejects.toThrow(HttpError);
    expect(bodies.length).toBe(before);
  });
});

describe("through a proxy", () => {
  const through = () => ({ ...trusting, proxy: new URL(`http://127.0.0.1:${proxy}`) });
  test("the server is asked by TLS", async () => {
    proxyStatus = 200;
    expect((await post(`https://localhost:${secure}/p`, through())).status).toBe(200);
    expect([tunnels.at(-1), bodies.at(-1)]).toEqual([`localhost:${secure}`, "POST /p yes text"]);
  });
  test("which cannot be another", async () => {
    const options = { ...through(), ca: misnamed.cert };
    await expect(post(`https://localhost:${strange}/`, options)).rejects.toThrow(HttpError);
  });
  test("that refuses, nothing is sent", async () => {
    proxyStatus = 407;
    const before = bodies.length;
    await expect(post(`https://localhost:${secure}/`, through())).rejects.toThrow("the proxy answered 407");
    expect(bodies.length).toBe(before);
  });
});

test("no variable of the environment names a proxy", async () => {
  const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"];
  const kept = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = `http://127.0.0.1:${proxy}`;
  const before = tunnels.length;
  try {
    expect((await post(`http://127.0.0.1:${plain}/`)).status).toBe(200);
    expect((await post(`https://localhost:${secure}/`, trusting)).status).toBe(200);
  } finally {
    for (const [index, name] of names.entries()) {
      if (kept[index] === undefined) delete process.env[name];
      else process.env[name] = kept[index];
    }
  }
  expect(tunnels.length).toBe(before);
});

describe("a server that", () => {
  test("never ends its answer has answered", async () => {
    expect((await post(`http://127.0.0.1:${plain}/endless`)).status).toBe(200);
  });
  test("never answers is given up after a time", async () => {
    const late = post(`http://127.0.0.1:${plain}/silent`, { timeMs: 50 });
    await expect(late).rejects.toThrow(new LimitError("requestTimeMs", 50));
  });
  test("never answers is given up when nobody wants to wait", async () => {
    const controller = new AbortController();
    const sent = post(`http://127.0.0.1:${plain}/silent`, { signal: controller.signal });
    controller.abort();
    await expect(sent).rejects.toThrow(HttpError);
  });
  test("hangs up has not answered", async () => {
    await expect(post(`http://127.0.0.1:${plain}/cut`)).rejects.toThrow(HttpError);
  });
  test("is not there", async () => {
    await expect(post("http://127.0.0.1:1/")).rejects.toThrow(HttpError);
    await expect(post("http://nosuch.invalid/")).rejects.toThrow("no address of nosuch.invalid");
  });
});
