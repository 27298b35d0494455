import type { Context, MiddlewareHandler } from "hono";
import type { Env } from "./context.ts";
import { opensPage, sentByPage } from "./page-request.ts";
import { Problem } from "./problem.ts";

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const JSON_TYPE = /^application\/json(\s*;\s*charset=utf-8)?$/i;
const WITH_BODY = ["POST", "PUT", "PATCH"];
const CHANGING = [...WITH_BODY, "DELETE"];

/**
 * Refuses what a web page in a browser on this machine could send, before anybody is authenticated: a name that was made
 * to resolve to this machine (DNS rebinding, CVE-2025-66414), and requests of other origins (CVE-2025-49596). On a port,
 * the operator page and what its own script sends are let through.
 * @param port of the listener; `undefined` on a socket in the file system, where the host says nothing
 */
export function browserDefence(port: number | undefined): MiddlewareHandler<Env> {
  return async (c, next) => {
    const header = (name: string): string | undefined => c.req.header(name);
    const host = header("host") ?? "";
    if (!isOwn(host, port))
      throw new Problem("host_not_allowed", `the Host header is ${JSON.stringify(host)}`);
    const session = isOfBrowser(c) && port !== undefined ? sentByPage(c, port) : undefined;
    if (session !== undefined) c.set("session", session);
    else if (isOfBrowser(c) && (port === undefined || !opensPage(c))) {
      throw new Problem(
        "browser_not_allowed",
        "the request has an Origin, a Referer or a foreign Sec-Fetch-Site",
      );
    }
    if (c.req.method === "OPTIONS")
      throw new Problem("browser_not_allowed", "nothing here is shared with web pages");
    const typed = session === undefined ? WITH_BODY : CHANGING;
    if (typed.includes(c.req.method) && !JSON_TYPE.test(header("content-type") ?? "")) {
      throw new Problem("media_type", `the content type is ${JSON.stringify(header("content-type") ?? "")}`);
    }
    await next();
  };
}

function isOfBrowser({ req }: Context): boolean {
  const isForeign = (req.header("sec-fetch-site") ?? "none") !== "none";
  return isForeign || req.header("origin") !== undefined || req.header("referer") !== undefined;
}

function isOwn(host: string, port: number | undefined): boolean {
  // Two headers of the name arrive as one; what they would mean is not said (RFC 9112, 3.2).
  if (port === undefined) return !host.includes(",");
  return LOOPBACK.some((name) => host.toLowerCase() === `${name}:${port}` || (port === 80 && host === name));
}
