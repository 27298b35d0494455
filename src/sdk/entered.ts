import type { Run } from "./operation.ts";

/** Namespaces of other processes that a run is in, one within the other. */
class Entered {
  depth = 0;
}

const entered = (run: Run): Entered => run.once("entered namespaces", () => new Entered());

/** Whether what the run does now happens in namespaces of another process. */
export const isEntered = (run: Run): boolean => entered(run).depth > 0;

/** Says that the run is in other namespaces, until the function returned is called. */
export function enter(run: Run): () => void {
  const state = entered(run);
  state.depth++;
  return () => {
    state.depth--;
  };
}
