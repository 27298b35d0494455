import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { authentication, bearerOf, CHALLENGE, LOG_IN, sessionOf } from "../authentication.ts";
import type { Env, Served } from "../context.ts";
import { PAGE_PATHS, pageFile } from "../page-files.ts";
import { cookieName, LOGIN, LOGOUT } from "../page-request.ts";
import { Problem } from "../problem.ts";
import { sayingNothing } from "../request-body.ts";
import { answer, NO_BODY, PROBLEM } from "../schemas.ts";

const LoginCodeSchema = z
  .object({
    address: z.string().openapi({ description: "Of the page" }),
    code: z.string().openapi({ description: "For the fragment of the address: `<address>#<code>`" }),
  })
  .openapi("LoginCode");

export const SessionSchema = z
  .object({ key: z.string().openapi({ description: "For `Remit-Session-Key`, beside the cookie" }) })
  .openapi("Session");

/** Nothing but its own files, in no frame, and no text that becomes markup (W3C CSP 3, Trusted Types). */
const PAGE_POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"],
  ...["img-src 'self' data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
].join("; ");

/**
 * The operator page: who may open it, and on a port its files, and logging in and out. What it shows and does are the
 * other routes.
 * @param origin of the agent's listener on a port, if it has one
 */
export function pageRoutes(
  app: OpenAPIHono<Env>,
  served: Served,
  port: number | undefined,
  origin: string | undefined,
): void {
  const { agent, sessions, tokens } = served;

  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/admin/page",
      summary: "A code that is good for one login at the operator page",
      middleware: [authentication(served, "admin"), sayingNothing] as const,
      requestBody: NO_BODY,
      responses: { 200: answer("The code, and where it is good", LoginCodeSchema), ...PROBLEM },
    }),
    (c) => {
      // A session that could make others would never end.
      if (sessionOf(c)) throw new Problem("scope_missing", "a login is asked for with a token");
      if (origin === undefined) throw new Problem("page_unavailable", LISTEN);
      return c.json({ address: `${origin}/`, code: sessions.issueCode(c.get("caller").token) }, 200);
    },
  );

  if (port === undefined) return;
  const cookie = cookieName(port);

  for (const path of PAGE_PATHS) {
    app.get(path, async (c) => {
      const { text, type } = await pageFile(path);
      return c.body(text, 200, { "content-type": type, "content-security-policy": PAGE_POLICY });
    });
  }

  app.openapi(
    createRoute({
      method: "post",
      path: LOGIN,
      requestBody: NO_BODY,
      summary: "For the page itself: a session for a code, which is the bearer token of this request",
      responses: { 200: answer("One half of the session; the other is a cookie", SessionSchema), ...PROBLEM },
    }),
    (c) => {
      const token = sessions.takeCode(bearerOf(c) ?? "");
      const caller = token === undefined ? undefined : tokens.callerByHash(token);
      if (caller === undefined) throw new Problem("login_code_unknown", USED, LOG_IN, CHALLENGE);
      agent.pageLogin(caller.principal);
      endSession(c);
      const session = sessions.open(caller.token);
      setCookie(c, cookie, session.cookie, COOKIE);
      return c.json({ key: session.key }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: LOGOUT,
      security: [],
      requestBody: NO_BODY,
      summary: "For the page itself: the end of its session",
      responses: { 204: { description: "It is over" }, ...PROBLEM },
    }),
    (c) => {
      endSession(c);
      deleteCookie(c, cookie, COOKIE);
      return c.body(null, 204);
    },
  );

  function endSession(c: Context<Env>): void {
    const session = c.get("session");
    if (session) sessions.end(session);
  }
}

const USED = "each is good once, for a minute";
const LISTEN = "start it with `remit serve --listen 127.0.0.1:7077`";
/** Without a time: it goes with the browser. The session has its own end. */
const COOKIE = { httpOnly: true, sameSite: "Strict", path: "/" } as const;
