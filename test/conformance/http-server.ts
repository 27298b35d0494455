import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The loopback server that cases address as `{{HTTP}}`. */
export async function startHttpServer(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const status = path.startsWith("/status/") ? Number(path.split("/")[2]) : 200;
    const bodies: Readonly<Record<string, string>> = {
      "/json": '{"a":1,"b":[true,null]}',
      "/big": "x".repeat(100_000),
      "/utf8": "grüße\n",
      "/health": "ok",
    };
    if (path === "/redirect") response.writeHead(302, { location: "/health" }).end();
    else
      response
        .writeHead(status)
        .end(status === 200 ? (bodies[path] ?? "hello from loopback\n") : `status ${status}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}` };
}
