import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { createServer as createPlainServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Certificate, selfSigned } from "./certificate-testing.ts";
import { type Downloaded, Downloader, type DownloaderOptions } from "./download.ts";
import { HttpError } from "./http.ts";
import { LIMITS } from "./limits.ts";

const own = selfSigned("DNS:localhost", "IP:127.0.0.1");
const MiB = 1024 * 1024;

/** Whole requests that the raw server got, and how many connections. */
const requests: string[] = [];
let connections = 0;
/** What the raw server does with a request to a path; else it answers with the path. */
const ANSWERS: { readonly [path: string]: (socket: Socket) => void } = {
  "/missing": (socket) => socket.write(`${head(404, 3)}abc`),
  "/much-missing": (socket) => endless(socket, head(404, MiB)),
  "/not-modified": (socket) => socket.write('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'),
  "/cut": (socket) => socket.end(`${head(200, 10)}abc`),
  "/cut-chunk": (socket) => socket.end(`${CHUNKED}5\r\nabc`),
  "/chunks": (socket) => socket.write(`${CHUNKED}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`),
  "/endless-chunks": (socket) => endless(socket, CHUNKED, `400\r\n${"x".repeat(0x400)}\r\n`),
  "/endless": (socket) => endless(socket, head(200, 1_000_000_000)),
  "/says-much": (socket) => socket.write(head(200, MiB)),
  "/until-closed": (socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nabc"),
  "/two-lengths": (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 3\r\n${CHUNKED.split("\r\n")[1]}\r\n\r\n`),
  "/silent": () => undefined,
  "/stops": (socket) => socket.write(`${head(200, 10)}abc`),
  "/slow": (socket) => endless(socket, head(200, 10), "x", 100),
  "/slow-headers": (socket) => endless(socket, "HTTP/1.1 200 OK\r\n", "a: b\r\n", 20),
  "/headers": (socket) => endless(socket, "HTTP/1.1 200 OK\r\n", "a: b\r\n".repeat(1000)),
  "/no-http": (socket) => socket.write("SSH-2.0-OpenSSH\r\n\r\n"),
  "/then-gone": (socket) => {
    socket.write(`${head(200, 2)}ok`);
    // The next request on this connection gets no answer, as if it had been closed at that moment.
    socket.removeAllListeners("data").once("data", () => socket.resetAndDestroy());
  },
};
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const head = (status: number, length: number) => `HTTP/1.1 ${status} x\r\nContent-Length: ${length}\r\n\r\n`;

/** Sends `begin`, and then `piece` again and again, until nobody takes it. */
function endless(socket: Socket, begin: string, piece = "x".repeat(1024), everyMs = 0): void {
  socket.write(begin);
  const timer = setInterval(() => {
    if (socket.writableLength < MiB) socket.write(piece);
  }, everyMs);
  socket.on("close", () => clearInterval(timer));
}

const raw = createServer((socket) => {
  connections++;
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    const request = data.toString();
    requests.push(request);
    const path = request.split(" ")[1] ?? "";
    const answer = ANSWERS[path];
    if (answer === undefined) socket.write(head(200, path.length) + path);
    else answer(socket);
  });
});
const secure = createSecureServer(own, (request, response) => {
  if (request.url === "/last") response.setHeader("connection", "close");
  response.end(request.url);
});
const tunnels: string[] = [];
const proxy = createPlainServer((request, response) => response.end(`by proxy: ${request.url}`));
proxy.on("connect", ({ url = "" }, socket) => {
  tunnels.push(url);
  const [host, port] = url.split(":");
  const onwards = connect(Number(port), host, () => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    onwards.pipe(socket).pipe(onwards);
  });
  for (const end of [onwards, socket]) end.on("error", () => socket.destroy());
});

const portOf = (server: typeof raw | Server): number => (server.address() as AddressInfo).port;
let base = "";
beforeAll(async () => {
  for (const server of [raw, secure, proxy]) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
  base = `http://127.0.0.1:${portOf(raw)}`;
});
const downloaders: Downloader[] = [];
afterAll(() => {
  for (const downloader of downloaders) downloader.close();
  for (const server of [raw, secure, proxy]) server.close();
});

function downloader(options: DownloaderOptions = {}): Downloader {
  const made = new Downloader(options);
  downloaders.push(made);
  return made;
}
const get = (url: string, options: DownloaderOptions = {}, maxBytes = 1000): Promise<Downloaded> =>
  downloader(options).get(new URL(url), { headers: { "x-sent": "1" }, maxBytes });
const textOf = ({ body }: Downloaded): string => Buffer.from(body).toString();

test("one connection serves one download after another, and nothing is sent but what is asked for", async () => {
  const one = downloader();
  requests.length = 0;
  const before = connections;
  for (const path of ["/a", "/missing", "/not-modified", "/chunks", "/b"]) {
    await one.get(new URL(base + path), { headers: { "if-none-match": '"x"' }, maxBytes: 100 });
  }
  expect(connections - before).toBe(1);
  expect(requests[0]?.toLowerCase()).toBe(
    `get /a http/1.1\r\nhost: 127.0.0.1:${portOf(raw)}\r\nif-none-match: "x"\r\n\r\n`,
  );
});

test.each([
  ["/content", 200, "/content"],
  ["/chunks", 200, "abcde"],
  ["/until-closed", 200, "abc"],
  ["/missing", 404, ""],
  ["/much-missing", 404, ""],
  ["/not-modified", 304, ""],
])("%s", async (path, status, text) => {
  const answer = await get(base + path);
  expect([answer.status, textOf(answer)]).toEqual([status, text]);
});

test("a body of as many bytes as it may have is read, of one more not", async () => {
  expect(textOf(await get(`${base}/12345`, {}, 6))).toBe("/12345");
  await expect(get(`${base}/123456`, {}, 6)).rejects.toMatchObject({ limit: "maxBytes", maximum: 6 });
});

describe("what is no answer", () => {
  test.each(["/cut", "/cut-chunk"])("%s: it ends too early", async (path) => {
    await expect(get(base + path)).rejects.toMatchObject({ name: "HttpError", failed: "body" });
  });

  test.each(["/two-lengths", "/no-http"])("%s: it is not HTTP", async (path) => {
    await expect(get(base + path)).rejects.toBeInstanceOf(HttpError);
  });

  test.each(["/endless", "/endless-chunks", "/says-much"])(
    "%s: no more is read than it may have",
    async (path) => {
      await expect(get(base + path)).rejects.toMatchObject({ name: "LimitError", limit: "maxBytes" });
    },
  );

  test("headers without end", async () => {
    await expect(get(`${base}/headers`)).rejects.toMatchObject({ limit: "headerBytes" });
  });

  test.each(["/silent", "/stops"])("%s: nothing comes", async (path) => {
    const failed = expect(get(base + path, { idleMs: 100 })).rejects;
    await failed.toMatchObject({ limit: "downloadIdleMs", maximum: 100 });
  });

  test.each(["/slow", "/slow-headers"])("%s: it comes too slowly", async (path) => {
    const options = { idleMs: 5000, timeMs: 300 };
    await expect(get(base + path, options, 10)).rejects.toMatchObject({ limit: "downloadTimeMs" });
  });

  test("nobody listens", async () => {
    await expect(get("http://127.0.0.99:9/")).rejects.toBeInstanceOf(HttpError);
    await expect(get("http://nobody.invalid/")).rejects.toBeInstanceOf(HttpError);
  });

  test("a large file has more time than a small one, by its size", async () => {
    const options = { idleMs: 5000, timeMs: 1 };
    const enough = LIMITS.downloadBytesPerSecond / 2;
    expect(textOf(await get(`${base}/content`, options, enough))).toBe("/content");
  });
});

test("after a failure another connection serves", async () => {
  const one = downloader({ idleMs: 100 });
  const once = (path: string) => one.get(new URL(base + path), { headers: {}, maxBytes: 100 });
  for (const path of ["/cut", "/endless", "/silent"]) {
    await expect(once(path)).rejects.toThrow();
    expect(textOf(await once("/again"))).toBe("/again");
  }
});

test("a connection that the server has just closed is none, and another one is made", async () => {
  const one = downloader();
  const once = (path: string) => one.get(new URL(base + path), { headers: {}, maxBytes: 100 });
  const before = connections;
  expect(textOf(await once("/then-gone"))).toBe("ok");
  expect(textOf(await once("/next"))).toBe("/next");
  expect(connections - before).toBe(2);
});

describe("TLS", () => {
  const url = () => `https://localhost:${portOf(secure)}/content`;

  test("of an authority that is trusted", async () => {
    expect(textOf(await get(url(), { ca: own.cert }))).toBe("/content");
  });

  test.each([
    ["that nobody vouches for", {}],
    ["that another authority does not vouch for", { ca: selfSigned("DNS:localhost").cert }],
  ])("with a certificate %s", async (_, options) => {
    await expect(get(url(), options)).rejects.toBeInstanceOf(HttpError);
  });

  test("a connection goes on from the one before, in a downloader", async () => {
    const received: number[] = [];
    const relay = createServer((socket) => {
      const index = received.push(0) - 1;
      const onwards = connect(portOf(secure), "127.0.0.1");
      onwards.on("data", (data: Buffer) => {
        received[index] = (received[index] ?? 0) + data.length;
      });
      socket.pipe(onwards).pipe(socket);
    });
    await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
    const [one, other] = [downloader({ ca: own.cert }), downloader({ ca: own.cert })];
    for (const each of [one, one, other]) {
      await each.get(new URL(`https://localhost:${portOf(relay)}/last`), { headers: {}, maxBytes: 100 });
    }
    relay.close();
    const certificate = new X509Certificate(own.cert).raw.length;
    const [first = 0, second = 0, third = 0] = received;
    expect([second < first - certificate, third > first - certificate]).toEqual([true, true]);
  });

  test("what was agreed on is of no use to another server at the same address", async () => {
    const one = downloader({ ca: own.cert });
    let port = 0;
    const once = async (certificate: Certificate) => {
      const server = createSecureServer(certificate, (_, response) => response.end("x"));
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      port = portOf(server);
      try {
        return textOf(await one.get(new URL(`https://localhost:${port}/`), { headers: {}, maxBytes: 100 }));
      } finally {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    };
    expect(await once(own)).toBe("x");
    await expect(once(selfSigned("DNS:localhost"))).rejects.toBeInstanceOf(HttpError);
    expect(await once(own)).toBe("x");
  });

  test("with a certificate for another name", async () => {
    const at = url().replace("localhost", "127.0.0.2");
    await expect(get(at, { ca: own.cert })).rejects.toBeInstanceOf(HttpError);
  });
});

describe("a proxy", () => {
  const by = () => ({ proxy: new URL(`http://127.0.0.1:${portOf(proxy)}`), ca: own.cert });

  test("is told all of the URL", async () => {
    expect(textOf(await get("http://user:word@elsewhere.test/path?query", by()))).toBe(
      "by proxy: http://elsewhere.test/path?query",
    );
  });

  test("makes a tunnel for TLS, once", async () => {
    const one = downloader(by());
    tunnels.length = 0;
    for (const path of ["/a", "/b"]) {
      const url = new URL(path, `https://localhost:${portOf(secure)}`);
      expect(textOf(await one.get(url, { headers: {}, maxBytes: 100 }))).toBe(path);
    }
    expect(tunnels).toEqual([`localhost:${portOf(secure)}`]);
  });

  test("that vouches for nobody cannot read along", async () => {
    const { proxy } = by();
    await expect(get(`https://localhost:${portOf(secure)}/`, { proxy })).rejects.toBeInstanceOf(HttpError);
  });

  test("that is not there", async () => {
    const options = { proxy: new URL("http://127.0.0.99:9") };
    await expect(get(`${base}/content`, options)).rejects.toBeInstanceOf(HttpError);
    await expect(get(`https://localhost:${portOf(secure)}/`, options)).rejects.toBeInstanceOf(HttpError);
  });

  test("of the environment is not asked", async () => {
    const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = "http://127.0.0.99:9";
    try {
      expect(textOf(await get(`${base}/content`))).toBe("/content");
      const secured = `https://localhost:${portOf(secure)}/content`;
      expect(textOf(await get(secured, { ca: own.cert }))).toBe("/content");
    } finally {
      for (const [index, name] of names.entries()) {
        const value = before[index];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});
