import type { NumberedEvent, Run } from "../agent/index.ts";

/** So often something is sent, so that nobody between takes the connection for dead, in milliseconds. */
const HEARTBEAT_MS = 8000;
const HEARTBEAT = ": still running\n\n";

/**
 * Server-sent events of `run`: those that are kept after the one with number `after`, and then as they happen, to its
 * end. Nothing is kept for who reads slowly beyond what is kept of the run.
 * @param over called once when nobody follows any more
 */
export function runEvents(run: Run, after: number, over: () => void): ReadableStream<Uint8Array> {
  let last = after;
  let isHeard = true;
  let wake = (): void => undefined;
  const stop = run.listen(() => wake());
  const encoder = new TextEncoder();
  const end = (): void => {
    isHeard = false;
    stop();
    over();
    wake();
  };
  return new ReadableStream<Uint8Array>({
    // Called when there is room, and not again before it has returned.
    async pull(controller) {
      let events = run.eventsAfter(last);
      if (events.length === 0 && !run.isOver) {
        await new Promise<void>((resolve) => {
          const beat = setTimeout(resolve, HEARTBEAT_MS);
          wake = () => {
            clearTimeout(beat);
            resolve();
          };
        });
        if (!isHeard) return;
        events = run.eventsAfter(last);
      }
      if (events.length > 0) controller.enqueue(encoder.encode(events.map(message).join("")));
      else if (!run.isOver) controller.enqueue(encoder.encode(HEARTBEAT));
      last = events.at(-1)?.id ?? last;
      if (!run.isOver || run.eventsAfter(last).length > 0) return;
      end();
      controller.close();
    },
    cancel: end,
  });
}

/** JSON has no line ends of its own, so that an event is these lines and no others. */
const message = ({ id, type, ...data }: NumberedEvent): string =>
  `event: ${type}\ndata: ${JSON.stringify(data)}\nid: ${id}\n\n`;
