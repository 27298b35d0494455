import type { MiddlewareHandler } from "hono";
import { Problem } from "./problem.ts";

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const JSON_TYPE = /^application\/json(\s*;\s*charset=utf-8)?$/i;
const WITH_BODY = ["POST", "PUT", "PATCH"];

/**
 * Refuses what a web page in a browser on this machine could send, before anybody is authenticated: a name that was made
 * to resolve to this machine (DNS rebinding, CVE-2025-66414), and requests of other origins (CVE-2025-49596).
 * @param port of the listener; `undefined` on a socket in the file system, where the host says nothing
 */
export function browserDefence(port: number | undefined): MiddlewareHandler {
  return async (c, next) => {
    const header = (name: string): string | undefined => c.req.header(name);
    const host = header("host") ?? "";
    if (!isOwn(host, port))
      throw new Problem("host_not_allowed", `the Host header is ${JSON.stringify(host)}`);
    const site = header("sec-fetch-site");
    if (header("origin") !== undefined || header("referer") !== undefined || (site ?? "none") !== "none") {
      throw new Problem(
        "browser_not_allowed",
        "the request has an Origin, a Referer or a foreign Sec-Fetch-Site",
      );
    }
    if (c.req.method === "OPTIONS")
      throw new Problem("browser_not_allowed", "nothing here is shared with web pages");
    if (WITH_BODY.includes(c.req.method) && !JSON_TYPE.test(header("content-type") ?? "")) {
      throw new Problem("media_type", `the content type is ${JSON.stringify(header("content-type") ?? "")}`);
    }
    await next();
  };
}

function isOwn(host: string, port: number | undefined): boolean {
  // Two headers of the name arrive as one; what they would mean is not said (RFC 9112, 3.2).
  if (port === undefined) return !host.includes(",");
  return LOOPBACK.some((name) => host.toLowerCase() === `${name}:${port}` || (port === 80 && host === name));
}
