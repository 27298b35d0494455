import { httpPost, type PostAnswer } from "../../platform/http-post.ts";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import { retryAfterMs } from "../../platform/retry.ts";
import { readOwnSecret } from "../../platform/secret-file.ts";
import { readSystemText } from "../../platform/system.ts";
import { UploadError, type UploadFailure, type UploadFailureCode } from "../errors.ts";

/** Where the central team takes reports, and how it is asked. */
export interface CentreSettings {
  /** What `/logs` and `/status` are below. */
  readonly url: string;
  /** File with the bearer token. */
  readonly tokenFile?: string | undefined;
  /** File with the certificates of the only authorities that vouch for the central team. */
  readonly caFile?: string | undefined;
  readonly proxy?: string | undefined;
}

export type Report = "logs" | "status";

/** What became of requests: taken, answered otherwise, or not answered. */
export type Outcome = "accepted" | "refused" | "failed";

/** What statuses mean, the first row that holds, and what is to be done. */
const MEANINGS: readonly (readonly [(status: number) => boolean, UploadFailureCode, string])[] = [
  [
    (status) => status >= 300 && status < 400,
    "redirected",
    "redirects, which is not followed: name the address that it leads to in upload.url",
  ],
  [
    (status) => status === 401 || status === 403,
    "unauthorized",
    "refuses the token: put another one into upload.token_file, which is read again for each request",
  ],
  [(status) => status === 413, "too_large", "refuses what is too large for it"],
  [(status) => status === 400 || status === 422, "rejected", "does not understand what was sent"],
  [(status) => status >= 500 || [408, 425, 429].includes(status), "unavailable", "cannot take it now"],
  [() => true, "refused", "takes nothing there: upload.url is the address that /logs and /status are below"],
];

/** The central team, as far as it is sent something. */
export class Centre {
  /** When it last took something. */
  acceptedAt: Date | undefined;
  /** Requests since the start. */
  readonly outcomes = { logs: noOutcomes(), status: noOutcomes() };

  constructor(
    private readonly settings: CentreSettings,
    private readonly version: string,
  ) {}

  /** Sends JSON, and says what went wrong if something did. */
  async send(
    report: Report,
    body: Uint8Array,
    encoding: "gzip" | undefined,
    signal: AbortSignal,
  ): Promise<UploadFailure | undefined> {
    const failure = await this.post(report, body, encoding, signal);
    if (failure === undefined) this.acceptedAt = new Date();
    const answered = failure?.httpCode === undefined ? "failed" : "refused";
    this.outcomes[report][failure === undefined ? "accepted" : answered]++;
    return failure;
  }

  private async post(
    report: Report,
    body: Uint8Array,
    encoding: "gzip" | undefined,
    signal: AbortSignal,
  ): Promise<UploadFailure | undefined> {
    const { url, tokenFile, caFile, proxy } = this.settings;
    try {
      signal.throwIfAborted();
      const answer = await httpPost({
        url: new URL(`${url.replace(/\/+$/, "")}/${report}`),
        headers: {
          "content-type": "application/json",
          "user-agent": `remit/${this.version}`,
          ...(encoding && { "content-encoding": encoding }),
          ...(tokenFile && { authorization: `Bearer ${readToken(tokenFile)}` }),
        },
        body,
        ...(caFile && { ca: readAuthorities(caFile) }),
        ...(proxy && { proxy: new URL(proxy) }),
        timeMs: LIMITS.uploadTimeMs,
        signal,
      });
      return failureOf(url, answer);
    } catch (error) {
      if (error instanceof UploadError) return { code: error.code, message: error.message };
      const code = error instanceof LimitError ? "timed_out" : "unreachable";
      return { code, message: `${url} cannot be reached: ${textOf(error)}` };
    }
  }
}

const noOutcomes = (): Record<Outcome, number> => ({ accepted: 0, refused: 0, failed: 0 });

function failureOf(url: string, { status, header }: PostAnswer): UploadFailure | undefined {
  if (status >= 200 && status < 300) return undefined;
  const [, code = "refused", what = ""] = MEANINGS.find(([holds]) => holds(status)) ?? [];
  const wait = retryAfterMs(header("retry-after"), header("date"));
  return {
    code,
    message: `${url} ${what} (HTTP ${status})`,
    httpCode: status,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

/** What a header can have (RFC 6750, section 2.1). */
const TOKEN = /^[A-Za-z0-9._~+/=-]+$/;

/** What stands in the file is never part of an error. */
function readToken(path: string): string {
  const token = read("token_unusable", "upload.token_file", () => readOwnSecret(path));
  if (TOKEN.test(token)) return token;
  throw new UploadError("token_unusable", "upload.token_file: what is in it is no bearer token");
}

const readAuthorities = (path: string): string =>
  read("authority_unusable", "upload.ca_file", () => readSystemText(path, LIMITS.authorityBytes));

function read(code: UploadFailureCode, key: string, reading: () => string): string {
  try {
    return reading();
  } catch (cause) {
    throw new UploadError(code, `${key} cannot be read: ${textOf(cause)}`, { cause });
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
