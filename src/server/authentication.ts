import type { Context, MiddlewareHandler } from "hono";
import { type Caller, SCOPES, type Scope } from "../agent/index.ts";
import type { Env, Served } from "./context.ts";
import { Problem } from "./problem.ts";

/** RFC 6750: the scheme in any case, one space, a token without others. */
const BEARER = /^bearer ([A-Za-z0-9._~+/-]{1,256}=*)$/i;

/** Takes requests whose bearer token has `scope` or one above it. Tokens in the address are not looked at. */
export function authentication({ tokens }: Served, scope: Scope): MiddlewareHandler<Env> {
  return async (c, next) => {
    const secret = secretOf(c);
    if (secret === undefined) {
      throw new Problem("token_missing", "the Authorization header has no bearer token", NEXT, CHALLENGE);
    }
    const caller = tokens.callerOf(secret);
    if (caller === undefined) throw new Problem("token_unknown", "no token of this agent", NEXT, CHALLENGE);
    if (SCOPES.indexOf(caller.scope) < SCOPES.indexOf(scope)) {
      throw new Problem("scope_missing", `this takes the scope ${scope}; the token has ${caller.scope}`);
    }
    c.set("caller", caller);
    await next();
  };
}

/** Who has the token that the request came with, if it is known; whatever it may do. */
export function knownCaller(c: Context<Env>, { tokens }: Served): Caller | undefined {
  const secret = secretOf(c);
  return secret === undefined ? undefined : tokens.callerOf(secret);
}

const secretOf = (c: Context<Env>): string | undefined =>
  BEARER.exec(c.req.header("authorization") ?? "")?.[1];

const CHALLENGE = { "www-authenticate": 'Bearer realm="remit"' };
const NEXT = { next_steps: ["ask the owner of this host for a token (remit token create)"] };
