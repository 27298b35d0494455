/** Whether somebody sees the page: while nobody does, it asks the agent for nothing. */
let looking = new AbortController();

/** Aborted when nobody sees the page any more. */
export const whileSeen = (): AbortSignal => looking.signal;

/** Calls `again` whenever the page is seen again. */
export function watchSeen(again: () => void): void {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return looking.abort();
    looking = new AbortController();
    again();
  });
}
