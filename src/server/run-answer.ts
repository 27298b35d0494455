import type { Context } from "hono";
import type { Run } from "../agent/index.ts";
import type { Env } from "./context.ts";
import { runView } from "./run-view.ts";

/** Bytes beyond which an answer is sent in pieces, as its reader takes them. */
const LARGE = 256 * 1024;
const PIECE = 64 * 1024;

/** JSON of runs that are over, as long as somebody is being sent it. */
const texts = new WeakMap<Run, WeakRef<Uint8Array>>();

const inOnePiece = <S extends 200 | 202>(c: Context<Env>, run: Run, status: S) =>
  c.json(runView(run), status);
type Answer<S extends 200 | 202> = ReturnType<typeof inOnePiece<S>>;

/**
 * Answers with a run. The server keeps what a reader has not taken yet: of a large run that is a piece, whoever reads it
 * however slowly, and its text is there once for all of them.
 */
export function answerRun<S extends 200 | 202>(c: Context<Env>, run: Run, status: S): Answer<S> {
  if (!run.isOver || run.resultBytes < LARGE) return inOnePiece(c, run, status);
  const answer: unknown = c.body(inPieces(textOf(run)), status, { "content-type": "application/json" });
  // The text is the JSON of the same.
  return answer as Answer<S>;
}

function textOf(run: Run): Uint8Array {
  const known = texts.get(run)?.deref();
  if (known !== undefined) return known;
  const text = new TextEncoder().encode(JSON.stringify(runView(run)));
  texts.set(run, new WeakRef(text));
  return text;
}

function inPieces(text: Uint8Array): ReadableStream<Uint8Array> {
  let from = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(text.subarray(from, from + PIECE));
        from += PIECE;
        if (from >= text.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
