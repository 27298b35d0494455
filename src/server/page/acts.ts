import { visible } from "../visible.ts";
import { byId, show } from "./dom.ts";

let lookAgain = (): void => undefined;

/** After each act, `look` is called: the agent is another one then. */
export function afterActs(look: () => void): void {
  lookAgain = look;
}

/** Does what somebody asked for, and says that it is `done` unless that is seen anyway, or why not. */
export async function act(done: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
    acted(done);
  } catch (error) {
    acted(messageOf(error), "problem");
  }
}

/** Says what came of an act, and looks again. */
export function acted(text: string, kind: Kind = "done"): void {
  notice(text, kind);
  lookAgain();
}

type Kind = "done" | "problem";

/** Says something until there is something else to say. */
export function notice(text: string, kind: Kind = "done"): void {
  show("notice", visible(text));
  byId("notice").dataset["kind"] = kind;
  byId("notice").hidden = text === "";
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
