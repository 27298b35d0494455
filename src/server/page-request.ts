import type { Context, HonoRequest } from "hono";
import { getCookie } from "hono/cookie";
import { isPageFile } from "./page-files.ts";
import type { SessionSecret } from "./sessions.ts";

/** Where the page's script logs in and out. */
export const LOGIN = "/page/login";
export const LOGOUT = "/page/logout";
/** The half of the session that the page keeps itself. */
const KEY_HEADER = "remit-session-key";
const READING = ["GET", "HEAD"];

/** Cookies of a host go to all of its ports: each agent has a name of its own for its cookie. */
export const cookieName = (port: number): string => `remit_session_${port}`;

/** Whether a browser asks for a file of the page: as a document of its own, or as a part of that document. */
export function opensPage({ req }: Context): boolean {
  if (!isPageFile(req.path) || !READING.includes(req.method)) return false;
  const { site, mode, dest } = fetchMetadata(req);
  // Whoever has a link to it: there is nothing on the page before its login.
  if (mode === "navigate") return dest === "document";
  return site === "same-origin" && (dest === "script" || dest === "style");
}

/**
 * What a request has of a session that the page's own script made, on a listener with `port`; `undefined` of all others.
 * Browsers write these headers themselves, and no script can (Fetch, forbidden request-headers).
 */
export function sentByPage(c: Context, port: number): SessionSecret | undefined {
  const { req } = c;
  const { site, mode, dest } = fetchMetadata(req);
  const origin = req.header("origin");
  const isOwn = origin === undefined ? READING.includes(req.method) : origin === ownOrigin(req);
  const isFetch = site === "same-origin" && mode === "cors" && dest === "empty";
  if (!isFetch || !isOwn || req.header("referer") !== undefined) return undefined;
  const cookie = getCookie(c, cookieName(port));
  const isPages = req.path === LOGIN || (cookie !== undefined && isForPage(req.path));
  return isPages ? { cookie: cookie ?? "", key: req.header(KEY_HEADER) ?? "" } : undefined;
}

const isForPage = (path: string): boolean => path.startsWith("/v1/") || path === LOGOUT;

/** As the Host header names it, which is checked before. */
const ownOrigin = (req: HonoRequest): string => `http://${req.header("host")?.toLowerCase()}`;

/** W3C Fetch Metadata Request Headers. */
const fetchMetadata = (req: HonoRequest) => ({
  site: req.header("sec-fetch-site"),
  mode: req.header("sec-fetch-mode"),
  dest: req.header("sec-fetch-dest"),
});
