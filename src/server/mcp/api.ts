import { z } from "@hono/zod-openapi";

/** A request to the API of the agent, of which the tools are another face. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** JSON. */
  readonly body?: string;
}

/** Sends a request with the caller's token: within the agent, or to its socket. */
export type Send = (request: ApiRequest) => Promise<Response>;

/** What of a refusal (RFC 9457) is told to a model. */
export const ApiProblem = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  retryable: z.boolean(),
  next_steps: z.array(z.string()).optional(),
});
export type ApiProblem = z.infer<typeof ApiProblem>;

/** The API refused. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(readonly problem: ApiProblem) {
    super(`${problem.title}: ${problem.detail}`);
  }
}

/** The answer to `request`, of the form `schema`. @throws {ApiError} */
export async function ask<T extends z.ZodType>(
  send: Send,
  request: ApiRequest,
  schema: T,
): Promise<z.infer<T>> {
  const response = await send(request);
  const body = parsed(await response.text());
  if (response.ok) {
    const read = schema.safeParse(body);
    if (read.success) return read.data;
  }
  const refused = ApiProblem.safeParse(body);
  throw new ApiError(
    refused.success
      ? refused.data
      : { ...FOREIGN, detail: `it answered ${response.status} in no known form` },
  );
}

const FOREIGN = {
  code: "answer_invalid",
  title: "This is no agent, or one of another version",
  retryable: false,
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
