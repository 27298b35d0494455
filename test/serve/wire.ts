/** Requests as bytes: what no client of HTTP would send. */
import { connect, type Socket } from "node:net";

export interface Answered {
  /** 0 when the connection was closed without an answer. */
  readonly status: number;
  readonly headers: string;
  readonly body: string;
  /** Of a problem document. */
  readonly code: string | undefined;
}

export type Address = { readonly port: number; readonly host: string } | { readonly path: string };

export const addressOf = (url: string): Address => {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
};

const PATIENCE_MS = 20_000;

/**
 * Sends `text` and reads answers until there are `count`, or the connection is closed. The first of an answer to HEAD is
 * not to be read so: its length is that of what does not follow.
 */
export function exchange(
  address: Address,
  text: string | Uint8Array,
  count = 1,
): Promise<readonly Answered[]> {
  return new Promise((resolve, reject) => {
    const socket = open(address);
    let received = Buffer.alloc(0);
    const end = (): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(answersIn(received));
    };
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no answer: ${received.toString()}`));
    }, PATIENCE_MS);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (answersIn(received).length >= count) end();
    });
    socket.on("close", end);
    socket.on("error", () => undefined);
    socket.write(text);
  });
}

/** The first answer to `text`; status 0 if there is none. */
export async function answerTo(address: Address, text: string | Uint8Array): Promise<Answered> {
  const [answer] = await exchange(address, text);
  return answer ?? { status: 0, headers: "", body: "", code: undefined };
}

export const open = (address: Address): Socket => connect({ ...address });

/** A request of these lines and no others, each header as given. */
export const request = (line: string, headers: readonly string[], body = ""): string =>
  `${[line, ...headers].join("\r\n")}\r\n\r\n${body}`;

/** Answers that are there whole, but for those of HTTP's own 100. */
function answersIn(received: Buffer): readonly Answered[] {
  const answers: Answered[] = [];
  let text = received.toString("latin1");
  for (;;) {
    const end = text.indexOf("\r\n\r\n");
    const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
    if (end === -1 || status === undefined) return answers;
    const headers = text.slice(0, end);
    const length = Number(/^content-length: (\d+)/im.exec(headers)?.[1] ?? 0);
    const body = text.slice(end + 4, end + 4 + length);
    if (body.length < length) return answers;
    text = text.slice(end + 4 + length);
    if (status !== "100") answers.push({ status: Number(status), headers, body, code: codeOf(body) });
  }
}

function codeOf(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { code?: string }).code;
  } catch {
    return undefined;
  }
}
