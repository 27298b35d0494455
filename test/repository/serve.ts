import { statSync } from "node:fs";
import { join } from "node:path";
import type { Certificate } from "../../src/platform/certificate-testing.ts";

/**
 * Serves the files of a folder as any static host does; `requests` are the paths that were asked for.
 * @param tls over TLS, with this certificate
 */
export function serveFolder(path: string, tls?: Certificate) {
  const requests: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...(tls === undefined ? {} : { tls }),
    fetch: ({ url }) => {
      const { pathname } = new URL(url);
      requests.push(pathname);
      const file = join(path, decodeURIComponent(pathname));
      const isFile = statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
      return isFile ? new Response(Bun.file(file)) : new Response("none", { status: 404 });
    },
  });
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${server.port}`,
    requests,
    stop: () => server.stop(true),
  };
}
