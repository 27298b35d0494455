import { createHash } from "node:crypto";
import { LIMITS } from "../platform/limits.ts";
import { Problem } from "./problem.ts";

/** A string of RFC 9651, as the draft has it, or what most clients send: the same without quotes. */
const KEY = /^(?:"([\x21\x23-\x5b\x5d-\x7e]{1,128})"|([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,128}))$/;

interface Kept {
  readonly hash: string;
  readonly expiresAt: number;
  /** The run that the first request began. */
  run: string | undefined;
  isAnswered: boolean;
}

/** The first request with its key. */
export interface First {
  /** The run has begun: from now on the key stands for it. */
  began(run: string): void;
  /** The request has its answer, or none: then the key can be used again. */
  over(): void;
}

/**
 * Requests that are made once however often they are sent (draft-ietf-httpapi-idempotency-key-header): by principal and
 * key, which run the first of them began. In memory only: after a restart all are forgotten.
 */
export class IdempotencyKeys {
  private readonly byPrincipal = new Map<string, Map<string, Kept>>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * What became of the first request of `principal` with that key: the run that it began, or that this is the first.
   * @throws {Problem} when it was another request, or has no answer yet
   */
  begin(principal: string, header: string, body: string): First | { readonly run: string } {
    const [, quoted, plain] = KEY.exec(header) ?? [];
    const key = quoted ?? plain;
    if (key === undefined)
      throw new Problem("idempotency_key_invalid", "a key has 1 to 128 visible ASCII characters");
    const hash = createHash("sha256").update(body).digest("hex");
    const keys = this.keysOf(principal);
    const kept = keys.get(key);
    if (kept === undefined) return this.remember(keys, key, hash);
    if (kept.hash !== hash) throw new Problem("idempotency_mismatch", "the first request had another body");
    if (kept.run === undefined || !kept.isAnswered) {
      const headers = { "retry-after": "1" };
      throw new Problem("idempotency_running", "the first request has no answer yet", {}, headers);
    }
    return { run: kept.run };
  }

  private remember(keys: Map<string, Kept>, key: string, hash: string): First {
    if (keys.size >= LIMITS.idempotencyKeys) {
      const [oldest] = [...keys].find(([, { isAnswered }]) => isAnswered) ?? [];
      if (oldest !== undefined) keys.delete(oldest);
    }
    const expiresAt = this.now() + LIMITS.idempotencyMs;
    const kept: Kept = { hash, expiresAt, run: undefined, isAnswered: false };
    keys.set(key, kept);
    return {
      began: (run) => {
        kept.run = run;
      },
      over: () => {
        kept.isAnswered = true;
        if (kept.run === undefined) keys.delete(key);
      },
    };
  }

  /** Those that have not expired; they are kept in the order in which they do. */
  private keysOf(principal: string): Map<string, Kept> {
    for (const [owner, keys] of this.byPrincipal) {
      for (const [key, { expiresAt }] of keys) {
        if (expiresAt > this.now()) break;
        keys.delete(key);
      }
      if (keys.size === 0) this.byPrincipal.delete(owner);
    }
    const keys = this.byPrincipal.get(principal) ?? new Map<string, Kept>();
    this.byPrincipal.set(principal, keys);
    return keys;
  }
}
