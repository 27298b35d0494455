import type { Context, MiddlewareHandler } from "hono";
import { type Caller, SCOPES, type Scope } from "../agent/index.ts";
import type { Env, Served } from "./context.ts";
import { Problem } from "./problem.ts";
import type { SessionSecret } from "./sessions.ts";

/** RFC 6750: the scheme in any case, one space, a token without others. */
const BEARER = /^bearer ([A-Za-z0-9._~+/-]{1,256}=*)$/i;

/** Takes requests of callers whose token has `scope` or one above it. Tokens in the address are not looked at. */
export function authentication(served: Served, scope: Scope): MiddlewareHandler<Env> {
  return async (c, next) => {
    const caller = knownCaller(c, served);
    if (caller === undefined) throw unknownCaller(c);
    if (SCOPES.indexOf(caller.scope) < SCOPES.indexOf(scope)) {
      throw new Problem("scope_missing", `this takes the scope ${scope}; the token has ${caller.scope}`);
    }
    c.set("caller", caller);
    await next();
  };
}

/** Who calls, if that is known and whatever they may do: by the token of the request, or by its session for want of one. */
export function knownCaller(c: Context<Env>, { tokens, sessions }: Served): Caller | undefined {
  const session = sessionOf(c);
  if (session !== undefined) {
    // Asked for each time: a session ends with its token.
    const token = sessions.tokenOf(session);
    return token === undefined ? undefined : tokens.callerByHash(token);
  }
  const secret = bearerOf(c);
  return secret === undefined ? undefined : tokens.callerOf(secret);
}

/** The session of the operator page that a request is made in. Where there is an Authorization header, that alone counts. */
export const sessionOf = (c: Context<Env>): SessionSecret | undefined =>
  c.req.header("authorization") === undefined ? c.get("session") : undefined;

/** What the Authorization header has of a secret. */
export const bearerOf = (c: Context<Env>): string | undefined =>
  BEARER.exec(c.req.header("authorization") ?? "")?.[1];

function unknownCaller(c: Context<Env>): Problem {
  if (sessionOf(c) !== undefined) {
    return new Problem("session_unknown", "no login of this agent, or none any more", LOG_IN, CHALLENGE);
  }
  if (bearerOf(c) !== undefined)
    return new Problem("token_unknown", "no token of this agent", NEXT, CHALLENGE);
  return new Problem("token_missing", "the Authorization header has no bearer token", NEXT, CHALLENGE);
}

export const CHALLENGE = { "www-authenticate": 'Bearer realm="remit"' };
/** What whoever needs a login does next. */
export const LOG_IN = { next_steps: ["run `remit page` on this host, and open the address that it prints"] };
const NEXT = { next_steps: ["ask the owner of this host for a token (remit token create)"] };
