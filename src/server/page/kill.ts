import { acted, messageOf } from "./acts.ts";
import { send } from "./api.ts";
import { byId, show } from "./dom.ts";

/** Makes the button that stops everything work: it opens a dialog, and only that one's own button does it. */
export function armKill(): void {
  const dialog = byId("kill-dialog") as HTMLDialogElement;
  const reason = byId("kill-reason") as HTMLInputElement;
  byId("kill").addEventListener("click", () => {
    show("kill-problem", "");
    reason.value = "";
    dialog.showModal();
    reason.focus();
  });
  byId("kill-cancel").addEventListener("click", () => dialog.close());
  byId("kill-form").addEventListener("submit", async (event) => {
    // No form is sent anywhere.
    event.preventDefault();
    try {
      await send("POST", "/v1/admin/kill", { body: { reason: reason.value } });
      dialog.close();
      acted("");
    } catch (error) {
      show("kill-problem", messageOf(error));
    }
  });
}
