import type { MiddlewareHandler } from "hono";
import { SCOPES, type Scope } from "../agent/index.ts";
import type { Env, Served } from "./context.ts";
import { Problem } from "./problem.ts";

/** RFC 6750: the scheme in any case, one space, a token without others. */
const BEARER = /^bearer ([A-Za-z0-9._~+/-]{1,256}=*)$/i;

/** Takes requests whose bearer token has `scope` or one above it. Tokens in the address are not looked at. */
export function authentication({ tokens }: Served, scope: Scope): MiddlewareHandler<Env> {
  return async (c, next) => {
    const [, secret] = BEARER.exec(c.req.header("authorization") ?? "") ?? [];
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

const CHALLENGE = { "www-authenticate": 'Bearer realm="remit"' };
const NEXT = { next_steps: ["ask the owner of this host for a token (remit token create)"] };
