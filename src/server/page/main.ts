/** The operator page: looks at the agent as long as somebody looks at the page. */
import { afterActs, messageOf } from "./acts.ts";
import type { Status } from "./answers.ts";
import { get, loggedOut, Unreachable } from "./api.ts";
import { loadApprovals, showApprovals, tickApprovals, waiting } from "./approvals.ts";
import { loadDenials, showDenials } from "./denials.ts";
import { armKill } from "./kill.ts";
import { loadPolicy, showPolicy } from "./policy.ts";
import { loadRuns, showRuns, tickRuns } from "./runs.ts";
import { watchSeen } from "./seen.ts";
import { armLogout, isLoginShown, loadCaller, showBoard, showLogin, takeCode } from "./session.ts";
import { armResume, showState, showStatus, showTrouble } from "./status.ts";

const POLL_MS = 2000;
const NONE = { changes: -1, policy_revision: "" };

/** What is shown is of this status. */
let shown: Pick<Status, "changes" | "policy_revision"> = NONE;
/** Looks so far: one that was overtaken by a later one shows nothing. */
let looks = 0;
let timer = 0;

/** Looks at the agent, now and then again and again. */
async function look(): Promise<void> {
  const turn = ++looks;
  clearTimeout(timer);
  try {
    await refresh(() => turn !== looks);
    showTrouble("");
  } catch (error) {
    if (turn !== looks) return;
    const why = loggedOut(error);
    if (why !== undefined) return leave(why);
    showState("unreachable", error instanceof Unreachable ? "no answer" : "refused");
    showTrouble(`${messageOf(error)}; trying again…`);
  }
  if (turn === looks) timer = window.setTimeout(lookAgain, POLL_MS);
}

/** Unless nobody would see it, or is logged in: then this comes to an end. */
function lookAgain(): void {
  if (!document.hidden && !isLoginShown()) void look();
}

async function refresh(isOvertaken: () => boolean): Promise<void> {
  const status = await get<Status>("/v1/status");
  const { changes, policy_revision } = status;
  if (changes !== shown.changes) {
    const [runs, approvals, denials] = await Promise.all([loadRuns(), loadApprovals(), loadDenials()]);
    if (isOvertaken()) return;
    showRuns(runs);
    showApprovals(approvals);
    showDenials(denials);
  } else {
    tickRuns();
    tickApprovals();
  }
  if (policy_revision !== shown.policy_revision) showPolicy(await loadPolicy());
  const caller = await loadCaller();
  if (isOvertaken()) return;
  shown = { changes, policy_revision };
  showStatus(status, waiting());
  showBoard(caller);
}

/** Shows nothing of the agent any more. */
function leave(why: string): void {
  looks++;
  clearTimeout(timer);
  shown = NONE;
  showRuns({ runs: [] });
  showApprovals({ approvals: [] });
  showDenials({ denials: [] });
  showPolicy({ policy_revision: "", text: "" });
  showState("none", "");
  showTrouble("");
  document.title = "Remit";
  showLogin(why);
}

/** Logs in with the code that the address has, or goes on with the session that there is. */
async function begin(): Promise<void> {
  try {
    await takeCode();
  } catch (error) {
    return leave(messageOf(error));
  }
  await look();
}

armKill();
armResume();
armLogout(() => leave("You are logged out."));
afterActs(look);
watchSeen(lookAgain);
// Another address of this page is no other page to a browser.
window.addEventListener("hashchange", begin);
await begin();
