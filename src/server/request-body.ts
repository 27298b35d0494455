import type { MiddlewareHandler } from "hono";
import { expectUnambiguous, JsonTextError } from "../platform/json-text.ts";
import { LIMITS } from "../platform/limits.ts";
import { knownCaller } from "./authentication.ts";
import type { Env, Served } from "./context.ts";
import { Problem } from "./problem.ts";

/** Levels of a body around the value of an argument, which has {@link LIMITS.valueNesting} of its own, tagged. */
const MAX_DEPTH = 2 * LIMITS.valueNesting + 8;
const NO_BODY = ["GET", "HEAD", "OPTIONS", "TRACE"];

/**
 * Reads bodies of callers that are known: bounded in bytes, whatever their length is said to be, and in time, and only
 * JSON that everybody reads in the same way. Of others no byte is read.
 */
export function requestBody(served: Served): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (!NO_BODY.includes(c.req.method)) {
      const coding = c.req.header("content-encoding") ?? "identity";
      if (coding !== "identity")
        throw new Problem("media_type", `the content coding is ${JSON.stringify(coding)}; none is taken`);
      if (Number(c.req.header("content-length") ?? 0) > LIMITS.requestBytes) throw tooLarge();
      if (c.req.raw.body !== null && knownCaller(c, served) !== undefined) {
        const text = decoded(await bytesOf(c.req.raw.body));
        expectOneMeaning(text);
        const { url, method, headers, signal } = c.req.raw;
        c.req.raw = new Request(url, { method, headers, signal, body: text });
        c.req.bodyCache.text = Promise.resolve(text) as never;
      }
    }
    await next();
  };
}

/** Refuses a body that has something to say to a route that takes nothing. None at all is as good as an empty object. */
export const sayingNothing: MiddlewareHandler<Env> = async (c, next) => {
  const text = await c.req.text();
  if (text !== "" && !isEmptyObject(text)) {
    throw new Problem("body_invalid", "this takes an empty object");
  }
  await next();
};

function isEmptyObject(text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === "{}";
  } catch {
    return false;
  }
}

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Buffer> {
  const reader = body.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    void reader.cancel().catch(() => undefined);
  }, LIMITS.requestBodyMs);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) throw new Problem("body_slow", `a body has ${LIMITS.requestBodyMs} ms to arrive`);
      if (done) return Buffer.concat(pieces, length);
      length += value.length;
      if (length > LIMITS.requestBytes) throw tooLarge();
      pieces.push(value);
    }
  } finally {
    clearTimeout(late);
    void reader.cancel().catch(() => undefined);
  }
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Problem("body_invalid", "the body is not UTF-8");
  }
}

function expectOneMeaning(text: string): void {
  try {
    expectUnambiguous(text, MAX_DEPTH);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw new Problem("body_invalid", `the body cannot be read: ${error.message}`);
  }
}

const tooLarge = (): Problem =>
  new Problem("body_too_large", `a body has at most ${LIMITS.requestBytes} bytes`);
