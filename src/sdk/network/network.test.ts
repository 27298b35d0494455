import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { lookup } from "node:dns/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Thrown, type Value } from "rhai-wasm";
import { caller, messageOf, type TestRun, testRun, waitFor } from "../testing.ts";
import { networkNamespaces } from "./index.ts";

let server: Server;
let base: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const [, to] = request.url?.split("/redirect?") ?? [];
    if (to !== undefined) response.writeHead(302, { location: decodeURIComponent(to) }).end();
    else if (request.url === "/loop") response.writeHead(302, { location: "/loop" }).end();
    else if (request.url === "/large") response.end(Buffer.alloc(17 * 2 ** 20));
    else response.writeHead(request.url === "/missing" ? 404 : 200).end("grüße");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const call = caller(networkNamespaces);
const sendOperation = networkNamespaces
  .flatMap(({ operations }) => operations)
  .find(({ name }) => name === "send");

async function send(url: string, run: TestRun = testRun(), client = call(run, "Client")): Promise<Value> {
  if (!sendOperation) throw new Error("no operation send");
  const request = call(run, "get", client, url);
  return waitFor(run, sendOperation, [request]);
}

async function failure(sent: Promise<unknown>): Promise<unknown> {
  const error = await sent.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof Thrown && error.value instanceof Map) return String(error.value.get("message"));
  throw new Error("expected an error for the script");
}

describe("send", () => {
  test("status and text", async () => {
    expect(call(testRun(), "to_map", await send(`${base}/missing`))).toEqual(
      new Map<string, Value>([
        ["text", "grüße"],
        ["status", 404n],
      ]),
    );
  });

  test("denied: nothing is sent", async () => {
    const run = testRun(() => false);
    const url = `${base}/health`;
    expect(await failure(send(url, run))).toBe(
      `Permission denied: User::"tester" unauthorized to perform network::Action::"GET" for network::url::"${url}"`,
    );
  });

  test("each redirect is asked for", async () => {
    const target = `${base}/x`;
    const run = testRun();
    await send(`${base}/redirect?${encodeURIComponent(target)}`, run);
    expect(run.asked.at(-1)).toBe(`network.GET network::url::${target}`);
    const denied = testRun(({ resource }) => resource.id !== target);
    expect(await failure(send(`${base}/redirect?/x`, denied))).toContain(target);
    expect(await failure(send(`${base}/loop`))).toBe("limit redirects exceeded: at most 10");
  });

  test.each(["/public\\..\\x", "/public/.\n./x", '/"', "/\0"])(
    "no policy can be asked about %j",
    async (path) => {
      const run = testRun();
      expect(await failure(send(base + path, run))).toBe("Authorization check failed");
      expect(run.asked).toEqual([]);
    },
  );

  test.each(["/public/../x", "/public/%2e%2e/x"])(
    "another URL than the text seems to name is asked for as well: %s",
    async (path) => {
      const url = base + path;
      const run = testRun();
      await send(url, run);
      expect(run.asked).toEqual([`network.GET network::url::${url}`, `network.GET network::url::${base}/x`]);
      const denied = testRun(({ resource }) => resource.id === url);
      expect(await failure(send(url, denied))).toContain(`"${base}/x"`);
    },
  );

  test("a host in another notation is asked for as well", async () => {
    const url = base.replace("127.0.0.1", "0x7f.1");
    const denied = testRun(({ resource }) => resource.id === url);
    expect(await failure(send(url, denied))).toContain(`"${base}/"`);
  });

  test.each(["http://named.test@127.0.0.1", "http://user:word@127.0.0.1", "http://[::ffff:127.0.0.1]"])(
    "what is connected to is asked for as well: %s",
    async (start) => {
      const url = `${base.replace("http://127.0.0.1", start)}/x`;
      const run = testRun();
      await send(url, run);
      expect(run.asked).toEqual([`network.GET network::url::${url}`, `network.GET network::url::${base}/x`]);
      const denied = testRun(({ resource }) => resource.id === url);
      expect(await failure(send(url, denied))).toContain(`"${base}/x"`);
    },
  );

  test("a forbid of an address holds for the name that stands for it", async () => {
    const url = `${base.replace("127.0.0.1", "localhost")}/health`;
    expect(call(testRun(), "text", await send(url))).toBe("grüße");
    for (const { address } of await lookup("localhost", { all: true })) {
      const forbidden = url.replace("localhost", address.includes(":") ? `[${address}]` : address);
      const run = testRun(
        () => true,
        ({ resource }) => resource.id === forbidden,
      );
      expect(await failure(send(url, run))).toContain(`for network::url::"${forbidden}"`);
    }
    const elsewhere = testRun(
      () => true,
      ({ resource }) => resource.id.includes("169.254."),
    );
    expect(call(elsewhere, "text", await send(url, elsewhere))).toBe("grüße");
  });

  test("the root of a site needs no slash", async () => {
    const run = testRun();
    await send(base, run);
    expect(run.asked).toEqual([`network.GET network::url::${base}`]);
  });

  test.each(["no scheme here", "file:///etc/passwd", "data:text/plain,x", "blob:x"])(
    "no URL: %s",
    async (url) => {
      expect(await failure(send(url))).toBe("failed to clone request");
    },
  );

  test.each(["file:///etc/passwd", "data:,x"])(
    "a redirect to what has no host is not followed: %s",
    async (to) => {
      const run = testRun();
      const response = await send(`${base}/redirect?${encodeURIComponent(to)}`, run);
      expect(call(run, "status", response)).toBe(302n);
      expect(run.asked.length).toBe(1);
    },
  );

  test.each(["ftp://127.0.0.1/x", "ws://127.0.0.1/x"])("no other scheme: %s", async (to) => {
    expect(await failure(send(to))).toBe(`Failed to send a request: reason: builder error for url (${to})`);
    const url = `${base}/redirect?${encodeURIComponent(to)}`;
    expect(await failure(send(url))).toBe(`Failed to send a request: reason: builder error for url (${url})`);
  });

  test("a redirect to another host and to another scheme is asked for", async () => {
    for (const to of ["http://other.test/", "https://127.0.0.1:1/"]) {
      const denied = testRun(({ resource }) => resource.id !== to);
      expect(await failure(send(`${base}/redirect?${encodeURIComponent(to)}`, denied))).toContain(`"${to}"`);
    }
  });

  test("the password of a URL is not shown", async () => {
    expect(await failure(send("http://user:word@127.0.0.1:1/"))).toEndWith("for url (http://127.0.0.1:1/)");
  });

  test("nobody listens", async () => {
    expect(await failure(send("http://127.0.0.1:1/"))).toBe(
      "Failed to send a request: reason: error sending request for url (http://127.0.0.1:1/)",
    );
  });

  test("text is cut where the client says, and bounded where it does not", async () => {
    const run = testRun();
    const client = call(run, "max_text_bytes", call(run, "Client"), 3n);
    expect(call(run, "text", await send(base, run, client))).toBe("gr\ufffd");
    expect(call(run, "text", await send(`${base}/large`, run, client))).toBe("\0\0\0");
    expect(await failure(send(`${base}/large`))).toContain("limit responseBytes exceeded");
    expect(messageOf(() => call(run, "max_text_bytes", client, -1n))).toContain("conversion failed");
  });
});
