import { visible } from "../visible.ts";
import { act } from "./acts.ts";
import type { Status } from "./answers.ts";
import { ask } from "./api.ts";
import { byId, show } from "./dom.ts";

/** How the agent is. @param waiting how many runs wait for an approval */
export function showStatus(status: Status, waiting: number): void {
  const host = visible(status.host);
  show("host", host);
  show("kill-host", host);
  showState(status.killed ? "stopped" : "running", status.killed ? "stopped" : "takes scripts");
  show("running", String(status.running));
  show("queued", String(status.queued));
  show("revision", visible(status.policy_revision));
  show("logins", String(status.page_sessions));
  show("version", visible(status.version));
  byId("stopped").hidden = !status.killed;
  show("stopped-reason", visible(status.kill_reason || "no reason was given"));
  byId("kill").hidden = status.killed;
  const marks = [...(status.killed ? ["stopped"] : []), ...(waiting > 0 ? [`${waiting} waiting`] : [])];
  document.title = [...marks, host, "Remit"].join(" · ");
}

/** The one word about the agent, or about the way to it. */
export function showState(state: "running" | "stopped" | "unreachable" | "none", text: string): void {
  show("state", text);
  byId("state").dataset["state"] = state;
}

/** What is wrong with the way to the agent; nothing is when the text is empty. */
export function showTrouble(text: string): void {
  show("trouble", text);
  byId("trouble").hidden = text === "";
}

/** Makes the button work. */
export function armResume(): void {
  byId("resume").addEventListener("click", () => {
    void act("", async () => {
      const { killed, kill_reason } = await ask<Status>("POST", "/v1/admin/resume");
      // Others have a switch of their own.
      if (killed) throw new Error(`somebody else has stopped everything, too: ${kill_reason}`);
    });
  });
}
