import { messageOf, notice } from "./acts.ts";
import type { Caller } from "./answers.ts";
import { get, logIn, logOut } from "./api.ts";
import { byId, show } from "./dom.ts";

let caller: Caller | undefined;

/** Logs in with the code in the address, if there is one, which leaves the address first. */
export async function takeCode(): Promise<void> {
  const code = location.hash.slice(1);
  if (code === "") return;
  // Nobody reads it over a shoulder, and it is in no bookmark.
  history.replaceState(null, "", location.pathname);
  await logIn(code);
  caller = undefined;
}

export const isLoginShown = (): boolean => !byId("login").hidden;

/** Shows how to log in, and why that is needed. */
export function showLogin(why: string): void {
  caller = undefined;
  (byId("kill-dialog") as HTMLDialogElement).close();
  byId("board").hidden = true;
  byId("session").hidden = true;
  byId("login").hidden = false;
  show("login-reason", why);
  notice("");
}

/** Who is logged in; that stays the same for one login. */
export async function loadCaller(): Promise<Caller> {
  caller ??= await get<Caller>("/v1/caller");
  return caller;
}

/** Shows the agent to whoever is logged in. */
export function showBoard({ name }: Caller): void {
  show("caller", name);
  byId("login").hidden = true;
  byId("session").hidden = false;
  byId("board").hidden = false;
}

/** Makes the button work. @param over called when the session is */
export function armLogout(over: () => void): void {
  byId("logout").addEventListener("click", async () => {
    try {
      await logOut();
      over();
    } catch (error) {
      notice(messageOf(error), "problem");
    }
  });
}
