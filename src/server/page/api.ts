import type { ProblemAnswer, Session } from "./answers.ts";
import { takeTime } from "./clock.ts";

/** Name of the header, and in the storage of this origin, for the half of the session that is no cookie. */
const KEY = "remit-session-key";
/** How long an answer is waited for, in milliseconds, unless somebody says otherwise. */
const PATIENCE_MS = 10_000;

/** The agent refuses, for the reason that its problem (RFC 9457) gives. */
export class Refused extends Error {
  override readonly name = "Refused";
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** No agent answers. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

interface Options {
  readonly body?: unknown;
  /** A secret that counts instead of the session. */
  readonly bearer?: string;
  readonly signal?: AbortSignal;
}

/** Sends a request in this page's session; the browser adds its cookie. @throws {Refused} or {@link Unreachable} */
export async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const { body, bearer, signal = AbortSignal.timeout(PATIENCE_MS) } = options;
  const key = localStorage.getItem(KEY);
  const headers = {
    "content-type": "application/json",
    ...(key === null ? {} : { [KEY]: key }),
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
  };
  const response = await reaching(() =>
    fetch(path, {
      method,
      headers,
      signal,
      redirect: "error",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  takeTime(response.headers.get("date"));
  if (!response.ok) throw await refusal(response);
  return response;
}

/** The answer to a request. */
export async function ask<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options);
  return reaching(async () => (await response.json()) as T);
}

export const get = <T>(path: string, options: Options = {}): Promise<T> => ask<T>("GET", path, options);

/** Begins a session with a code, which is good once. */
export async function logIn(code: string): Promise<void> {
  const { key } = await ask<Session>("POST", "/page/login", { bearer: code });
  localStorage.setItem(KEY, key);
}

export async function logOut(): Promise<void> {
  await send("POST", "/page/logout");
  localStorage.removeItem(KEY);
}

const OVER = "session_unknown";
/** The browser has no session, or not its half of one. */
const NONE = ["token_missing", "browser_not_allowed"];

/** What is to be said to whoever is not logged in, if `error` means that. */
export function loggedOut(error: unknown): string | undefined {
  if (!(error instanceof Refused)) return undefined;
  if (error.code === OVER) return error.message;
  return NONE.includes(error.code) ? "" : undefined;
}

async function reaching<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new Unreachable("the agent does not answer", { cause });
  }
}

async function refusal(response: Response): Promise<Refused> {
  const problem = (await response.json().catch(() => ({}))) as Partial<ProblemAnswer>;
  const { code = "unknown", title = `the agent answers with status ${response.status}`, detail } = problem;
  return new Refused(code, detail === undefined ? title : `${title}: ${detail}`);
}
