import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import {
  close,
  closing,
  type Fd,
  type FileStatus,
  openAt,
  readAll,
  replaceContent,
  statAt,
} from "../platform/file.ts";
import { fileLock } from "../platform/file-lock.ts";
import { OsError } from "../platform/os-error.ts";
import type { Principal } from "../policy/types.ts";
import { MAX_AUTONOMY } from "../runner/autonomy.ts";
import { AgentError } from "./errors.ts";

const NAME = "tokens.json";
const LOCK = "tokens.lock";
const MODE = 0o600;
const MAX_BYTES = 1024 * 1024;
const SECRET_BYTES = 32;
const PREFIX = "remit_";

/** What a token is good for: `read` looks, `run` also runs scripts, `admin` also changes the agent. */
export const SCOPES = ["read", "run", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

const Token = z.strictObject({
  name: z.string(),
  /** SHA-256 of the token, in hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  scope: z.enum(SCOPES),
  autonomy: z.number().int().min(0).max(MAX_AUTONOMY),
  groups: z.array(z.string()),
  createdAt: z.iso.datetime(),
});
export type Token = z.infer<typeof Token>;
const TokenFile = z.strictObject({ version: z.literal(1), tokens: z.array(Token) });

/** Who calls, by the token that the call came with. */
export interface Caller {
  readonly principal: Principal;
  readonly scope: Scope;
  readonly autonomy: number;
  /** SHA-256 of the token, in hex: whether it is still one can be asked by it. */
  readonly token: string;
}

/** The tokens of a state directory. Only their hashes are kept. */
export class Tokens {
  /** What was read last, and of which file. */
  private known: { readonly file: FileStatus; readonly tokens: readonly Token[] } | undefined;

  constructor(private readonly directory: Fd) {}

  /** As they are now: another process may have changed them. @throws {AgentError} `tokens_unreadable` */
  list(): readonly Token[] {
    try {
      const file = statAt(this.directory, NAME);
      if (this.known === undefined || !isSameVersion(this.known.file, file)) {
        this.known = { file, tokens: this.read() };
      }
      return this.known.tokens;
    } catch (error) {
      if (error instanceof OsError && error.code === "ENOENT") return [];
      throw unreadable(error);
    }
  }

  /** Calls `change` while no other process changes the tokens. */
  locked<T>(change: () => T): T {
    const fd = openAt(this.directory, LOCK, { access: "read-write", create: true, mode: MODE });
    return closing(fd, () => {
      // Closing the file gives it back.
      fileLock().take(fd);
      return change();
    });
  }

  /**
   * Makes a token, and returns it: it is not to be had again. One of that name is replaced.
   * @param deliver called with it before anybody can use it
   */
  create(
    { name, scope, autonomy, groups }: Pick<Token, "name" | "scope" | "autonomy" | "groups">,
    deliver: (secret: string) => void = () => undefined,
  ): string {
    const secret = `${PREFIX}${randomBytes(SECRET_BYTES).toString("base64url")}`;
    const token = {
      name,
      hash: hashOf(secret),
      scope,
      autonomy,
      groups,
      createdAt: new Date().toISOString(),
    };
    const others = this.list().filter((other) => other.name !== name);
    deliver(secret);
    this.write([...others, token]);
    return secret;
  }

  /** False when there is none of that name. */
  revoke(name: string): boolean {
    const tokens = this.list();
    const left = tokens.filter((token) => token.name !== name);
    if (left.length === tokens.length) return false;
    this.write(left);
    return true;
  }

  /** Who has `secret`. Hashes are compared, so that how long it takes says nothing of a token. */
  callerOf(secret: string): Caller | undefined {
    return this.callerByHash(hashOf(secret));
  }

  /** As {@link callerOf}, by the SHA-256 of the secret, in hex. */
  callerByHash(hash: string): Caller | undefined {
    const token = this.list().find((candidate) => candidate.hash === hash);
    return token && callerOf(token);
  }

  private read(): readonly Token[] {
    const fd = openAt(this.directory, NAME, { access: "read" });
    const bytes = closing(fd, () => readAll(fd, MAX_BYTES));
    return TokenFile.parse(JSON.parse(Buffer.from(bytes).toString())).tokens;
  }

  private write(tokens: readonly Token[]): void {
    const text = JSON.stringify({ version: 1, tokens }, undefined, 2);
    close(replaceContent(this.directory, NAME, Buffer.from(`${text}\n`), { mode: MODE }));
  }
}

/** Whoever holds a token must not be told that it is unknown. */
function unreadable(cause: unknown): AgentError {
  const why = cause instanceof OsError ? cause.message : "it is no file of tokens";
  return new AgentError(
    "tokens_unreadable",
    `${NAME} in the state directory cannot be read: ${why}; put it back, or remove it and make tokens anew`,
    { cause },
  );
}

/** A change replaces the file by a new one. */
const isSameVersion = (a: FileStatus, b: FileStatus): boolean =>
  a.ino === b.ino && a.size === b.size && a.ctimeSec === b.ctimeSec && a.ctimeNsec === b.ctimeNsec;

const callerOf = ({ name, scope, autonomy, groups, hash }: Token): Caller => ({
  principal: { type: "Agent", id: name, attributes: { autonomy }, groups },
  scope,
  autonomy,
  token: hash,
});

const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");
