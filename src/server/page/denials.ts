import type { DenialList, DenialRecord } from "./answers.ts";
import { get } from "./api.ts";
import { timeText } from "./clock.ts";
import { button, element, KeyedList, type Row } from "./dom.ts";
import { reasonText } from "./reason.ts";
import { requestElement, uidElement } from "./request.ts";
import { openRun } from "./runs.ts";

const SHOWN = 30;

const list = new KeyedList<DenialRecord>("denials", ({ seq }) => String(seq), makeRow);

export const loadDenials = (): Promise<DenialList> => get(`/v1/denials?limit=${SHOWN}`);
export const showDenials = ({ denials }: DenialList): void => void list.show(denials);

/** What was denied stays as it was. */
function makeRow(denial: DenialRecord): Row<DenialRecord> {
  const row = element(
    "li",
    { class: "denial" },
    element("p", {}, requestElement(denial)),
    element("p", { class: "reason" }, reasonText(denial)),
    element(
      "p",
      { class: "facts" },
      element("time", { datetime: denial.time }, timeText(denial.time)),
      uidElement(denial.principal),
      ...(denial.dry_run ? [element("span", {}, "dry run")] : []),
      button("its run", "link", () => openRun(denial.run)),
    ),
  );
  return { element: row };
}
