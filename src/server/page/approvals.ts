import { visible } from "../visible.ts";
import { act } from "./acts.ts";
import type { Approval, ApprovalList } from "./answers.ts";
import { get, send } from "./api.ts";
import { durationText, now, timeText } from "./clock.ts";
import { button, element, KeyedList, type Row, show } from "./dom.ts";
import { requestElement, uidElement } from "./request.ts";
import { openRun } from "./runs.ts";

/** So long after something came or went a click may have been meant for what was in its place, in milliseconds. */
const SETTLE_MS = 600;

type Answer = "approved" | "denied";

const list = new KeyedList<Approval>("approvals", ({ id }) => id, makeRow);
let shown: readonly Approval[] = [];
let changedAt = 0;

export const loadApprovals = (): Promise<ApprovalList> => get("/v1/approvals");

export function showApprovals({ approvals }: ApprovalList): void {
  shown = approvals;
  if (list.show(approvals)) changedAt = performance.now();
  show("approvals-count", approvals.length === 0 ? "" : `${approvals.length} waiting`);
}

/** How many wait. */
export const waiting = (): number => shown.length;

/** Shows the time that is left. */
export const tickApprovals = (): void => void list.show(shown);

/** The exact request that a run waits for, and the two answers. */
function makeRow(approval: Approval): Row<Approval> {
  const left = element("span");
  const answers = element(
    "p",
    { class: "actions" },
    button("Deny", "plain", () => answer("denied")),
    button("Approve", "good", () => answer("approved")),
  );
  async function answer(given: Answer): Promise<void> {
    if (performance.now() - changedAt < SETTLE_MS) return;
    const { textContent } = requestElement(approval);
    // It is given once.
    answers.inert = true;
    await act(`${given}: ${textContent}`, () =>
      send("POST", `/v1/approvals/${approval.id}`, { body: { answer: given } }),
    );
    answers.inert = false;
  }
  const row = element(
    "li",
    { class: "approval" },
    element("p", {}, uidElement(approval.principal), " wants ", requestElement(approval)),
    ...approval.reasons.map((reason) => element("p", { class: "reason" }, visible(reason))),
    element(
      "p",
      { class: "facts" },
      element("time", { datetime: approval.asked_at }, timeText(approval.asked_at)),
      left,
      button("its run", "link", () => openRun(approval.run)),
    ),
    answers,
  );
  const update = ({ expires_at }: Approval): void => {
    left.textContent = `${durationText(Date.parse(expires_at) - now())} left`;
  };
  return { element: row, update };
}
