import type { RunEvent } from "./answers.ts";

/** The events of a stream of server-sent events, as the agent writes them. */
export async function* eventsIn(stream: ReadableStream<Uint8Array>): AsyncGenerator<RunEvent> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const messages = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = messages.pop() ?? "";
      for (const message of messages) {
        const event = eventOf(message);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** `undefined` of a comment. */
function eventOf(message: string): RunEvent | undefined {
  const field = (name: string): string | undefined =>
    message
      .split("\n")
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const [type, data] = [field("event"), field("data")];
  if (type === undefined || data === undefined) return undefined;
  return { ...JSON.parse(data), type, id: Number(field("id")) };
}
