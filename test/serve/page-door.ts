import { AgentProcess } from "../support/agent-process.ts";
import { type Address, type Answered, addressOf, answerTo, request } from "./wire.ts";

export const JSON_TYPE = "Content-Type: application/json";
/** What a browser says of a request that a script of this page makes. */
export const FETCH = ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"];
export const NAVIGATE = ["Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"];

/** An agent with a port, as browsers come to it, and a session of its administrator. */
export class Door {
  /** Both halves of the session. */
  cookie = "";
  key = "";
  readonly at: Address;
  readonly port: string;
  /** Headers. */
  readonly host: string;
  readonly origin: string;

  private constructor(readonly agent: AgentProcess) {
    this.at = addressOf(agent.url);
    this.port = new URL(agent.url).port;
    this.host = `Host: 127.0.0.1:${this.port}`;
    this.origin = `Origin: http://127.0.0.1:${this.port}`;
  }

  static async start(): Promise<Door> {
    return new Door(await AgentProcess.start("permit(principal, action, resource);"));
  }

  stop(): Promise<void> {
    return this.agent.stop();
  }

  send(line: string, headers: readonly string[], to = this.at): Promise<Answered> {
    return answerTo(to, request(`${line} HTTP/1.1`, headers));
  }

  session(): readonly string[] {
    return [`Cookie: ${this.cookie}`, `Remit-Session-Key: ${this.key}`];
  }

  /** What the page sends to look, and to change something. */
  reading(): readonly string[] {
    return [this.host, ...FETCH, ...this.session()];
  }

  changing(): readonly string[] {
    return [...this.reading(), this.origin, JSON_TYPE];
  }

  /** For one login. */
  async code(token = this.agent.token): Promise<string> {
    const answer = await this.agent.request("/v1/admin/page", { token, method: "POST" });
    return ((await answer.json()) as { code: string }).code;
  }

  logIn(secret: string, headers: readonly string[] = []): Promise<Answered> {
    const own = [this.host, ...FETCH, this.origin, JSON_TYPE];
    return this.send("POST /page/login", [...own, ...headers, `Authorization: Bearer ${secret}`]);
  }

  /** Begins the session. */
  async begin(token = this.agent.token): Promise<void> {
    const answer = await this.logIn(await this.code(token));
    if (answer.status !== 200) throw new Error(`no session: ${answer.body}`);
    this.cookie = cookieOf(answer);
    this.key = keyOf(answer);
  }

  status(headers: readonly string[], to = this.at): Promise<Answered> {
    return this.send("GET /v1/status", headers, to);
  }

  resume(headers: readonly string[]): Promise<Answered> {
    return this.send("POST /v1/admin/resume", headers);
  }
}

export const cookieOf = ({ headers }: Answered): string =>
  /^set-cookie: ([^;\r]*)/im.exec(headers)?.[1] ?? "";
export const keyOf = ({ body }: Answered): string => (JSON.parse(body) as { key: string }).key;

/** `headers` without those of these names. */
export const without = (headers: readonly string[], ...names: readonly string[]): readonly string[] =>
  headers.filter((header) => !names.some((name) => header.startsWith(`${name}: `)));

/** `headers` with one in place of that of the same name. */
export const but = (headers: readonly string[], other: string): readonly string[] => [
  ...without(headers, other.split(": ")[0] ?? ""),
  other,
];
