import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { NumberedEvent, Run } from "../agent/index.ts";
import type { Env } from "./context.ts";

/** So often something is sent, so that nobody between takes the connection for dead, in milliseconds. */
const HEARTBEAT_MS = 8000;

/** Server-sent events of `run`: those that are kept, from `Last-Event-ID` on, and then as they happen, to its end. */
export function runEvents(c: Context<Env>, run: Run): Response {
  const after = Number(c.req.header("last-event-id") ?? 0);
  return streamSSE(c, async (stream) => {
    const waiting = [...run.eventsAfter(Number.isSafeInteger(after) ? after : 0)];
    let wake = (): void => undefined;
    const stop = run.listen((event) => {
      waiting.push(event);
      wake();
    });
    stream.onAbort(() => wake());
    try {
      while (!stream.aborted) {
        for (const event of waiting.splice(0)) {
          await stream.writeSSE(sse(event));
          if (event.type === "end") return;
        }
        if (run.isOver) return;
        const beat = setTimeout(() => wake(), HEARTBEAT_MS);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        clearTimeout(beat);
        if (waiting.length === 0 && !stream.aborted) await stream.write(": still running\n\n");
      }
    } finally {
      stop();
    }
  });
}

function sse({ id, type, ...data }: NumberedEvent) {
  return { id: String(id), event: type, data: JSON.stringify(data) };
}
