import { createHash, randomBytes } from "node:crypto";
import { LIMITS } from "../platform/limits.ts";

const SECRET_BYTES = 32;

/** What a browser has of its session. Neither half is worth anything alone. */
export interface SessionSecret {
  /** In a cookie, which no script can read. A browser sends it to every port of the host (RFC 6265, 8.5). */
  readonly cookie: string;
  /** In the storage of the page's own origin, which is this port's alone. */
  readonly key: string;
}

interface Login {
  /** SHA-256 of the token that it stands for. */
  readonly token: string;
  readonly endsAt: number;
}

interface Session extends Login {
  idleAt: number;
}

/**
 * Logins at the operator page: codes that are good once, and the sessions that come of them. Each stands for a token.
 * In memory only, and of every secret only the SHA-256. Nothing wakes up for them: what is over goes when one is asked for.
 */
export class Sessions {
  private readonly codes = new Map<string, Login>();
  private readonly sessions = new Map<string, Session>();

  /** @param now milliseconds of a clock that nobody sets */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Sessions that are not over. */
  get count(): number {
    this.forget();
    return this.sessions.size;
  }

  /** A code for one login by the token of that hash. Where too many wait, the oldest goes. */
  issueCode(token: string): string {
    this.forget();
    const code = secret();
    makeRoom(this.codes, LIMITS.loginCodes);
    this.codes.set(hashOf(code), { token, endsAt: this.now() + LIMITS.loginCodeMs });
    return code;
  }

  /** The hash of the token that `code` was made for; it is good no more. */
  takeCode(code: string): string | undefined {
    this.forget();
    const hash = hashOf(code);
    const login = this.codes.get(hash);
    this.codes.delete(hash);
    return login?.token;
  }

  /** Begins a session for the token of that hash. Where there are too many, the one that is unused for longest goes. */
  open(token: string): SessionSecret {
    this.forget();
    const session = { cookie: secret(), key: secret() };
    const now = this.now();
    makeRoom(this.sessions, LIMITS.pageSessions);
    this.sessions.set(nameOf(session), {
      token,
      endsAt: now + LIMITS.pageSessionMs,
      idleAt: now + LIMITS.pageIdleMs,
    });
    return session;
  }

  /** The hash of the token that a session stands for; it has been used then. */
  tokenOf(session: SessionSecret): string | undefined {
    this.forget();
    const name = nameOf(session);
    const found = this.sessions.get(name);
    if (found === undefined) return undefined;
    found.idleAt = this.now() + LIMITS.pageIdleMs;
    // The order of the map is that of their use.
    this.sessions.delete(name);
    this.sessions.set(name, found);
    return found.token;
  }

  end(session: SessionSecret): void {
    this.sessions.delete(nameOf(session));
  }

  private forget(): void {
    const now = this.now();
    for (const [hash, { endsAt }] of this.codes) if (endsAt <= now) this.codes.delete(hash);
    for (const [name, { endsAt, idleAt }] of this.sessions) {
      if (Math.min(endsAt, idleAt) <= now) this.sessions.delete(name);
    }
  }
}

/** Lets the first go until one more is no more than `most`. */
function makeRoom(map: Map<string, unknown>, most: number): void {
  for (const name of map.keys()) {
    if (map.size < most) return;
    map.delete(name);
  }
}

const secret = (): string => randomBytes(SECRET_BYTES).toString("base64url");
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const nameOf = ({ cookie, key }: SessionSecret): string => hashOf(`${cookie} ${key}`);
