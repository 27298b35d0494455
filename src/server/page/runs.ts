import type { RunList, RunSummary } from "./answers.ts";
import { get } from "./api.ts";
import { durationText, now, timeText } from "./clock.ts";
import { element, KeyedList, type Row } from "./dom.ts";
import { uidElement } from "./request.ts";
import { RunDetails } from "./run-details.ts";

const SHOWN = 30;

const list = new KeyedList<RunSummary>("runs", ({ id }) => id, makeRow);
let shown: readonly RunSummary[] = [];

export const loadRuns = (): Promise<RunList> => get(`/v1/runs?limit=${SHOWN}`);

export function showRuns({ runs }: RunList): void {
  shown = runs;
  list.show(runs);
}

/** Shows how long those take that go on. */
export const tickRuns = (): void => void list.show(shown);

/** Opens a run, if it is in the list. */
export function openRun(id: string): void {
  const details = document.getElementById(id)?.querySelector("details");
  if (!details) return;
  details.open = true;
  details.querySelector("summary")?.focus();
  details.scrollIntoView({ block: "nearest" });
}

function makeRow(first: RunSummary): Row<RunSummary> {
  let run = first;
  const state = element("span", { class: "pill" });
  const denied = element("span", { class: "denied" });
  const took = element("span", { class: "took" });
  const summary = element(
    "summary",
    {},
    state,
    element("span", { class: "who" }, uidElement(run.principal)),
    element("span", { class: "note" }, run.dry_run ? "dry run" : "", denied),
    element("time", { class: "time", datetime: run.created_at }, timeText(run.created_at)),
    took,
  );
  const inside = new RunDetails(run.id);
  // One name: only one of them is open, and so only one is followed.
  const details = element("details", { name: "run" }, summary, inside.element);
  details.addEventListener("toggle", () => (details.open ? void inside.open(run.state) : inside.close()));
  return {
    element: element("li", { id: run.id }, details),
    update: (next) => {
      run = next;
      state.textContent = run.waits_for === undefined ? run.state : "waits";
      state.dataset["state"] = run.state;
      denied.textContent = run.denied === 0 ? "" : `${run.denied} denied`;
      took.textContent = tookText(run);
      if (details.open) void inside.open(run.state);
    },
    gone: () => inside.close(),
  };
}

function tookText({ started_at, ended_at }: RunSummary): string {
  if (started_at === undefined) return "";
  const end = ended_at === undefined ? now() : Date.parse(ended_at);
  return durationText(end - Date.parse(started_at));
}
