import type { z } from "zod";
import { requestSocket } from "../platform/bun-socket-http.ts";
import { ProblemAnswer } from "./answers.ts";

/** The agent refuses what it was asked for. */
export class Refused extends Error {
  override readonly name = "Refused";
  /** @param code stable, as in its problems */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface Question {
  readonly method: "GET" | "POST" | "DELETE";
  readonly target: string;
  /** JSON. */
  readonly body?: string;
}

/** Speaks with a running agent over its socket. */
export class AgentClient {
  constructor(
    readonly socket: string,
    private readonly token: string,
  ) {}

  /**
   * The answer to `question`, which is of `schema`.
   * @param withinMs else it counts as unreachable; without, it is waited for
   * @throws {Unreachable}
   * @throws {Refused}
   */
  async ask<T>(schema: z.ZodType<T>, question: Question, withinMs?: number): Promise<T> {
    const { status, text } = await requestSocket(this.socket, {
      ...question,
      ...(withinMs === undefined ? {} : { signal: AbortSignal.timeout(withinMs) }),
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
    });
    const answer = parsed(text);
    if (status >= 300) throw refusal(status, answer);
    // As the agent said it, with what this version does not know, in its order.
    if (schema.safeParse(answer).success) return answer as T;
    throw new Refused("unknown_answer", `${this.socket} answers what no agent of this version does`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(status: number, answer: unknown): Refused {
  const problem = ProblemAnswer.safeParse(answer);
  if (!problem.success) return new Refused("unknown_answer", `the agent answers with status ${status}`);
  const { code, title, detail } = problem.data;
  return new Refused(code, `${title}: ${detail}`);
}
