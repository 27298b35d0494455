/** The agent's clock: through `ssh -L`, the browser's is that of another machine. */
let ahead = 0;
/** The header has whole seconds; a smaller difference is none. */
const GRAIN_MS = 1500;

/** Takes the time of an answer from its `Date` header. */
export function takeTime(date: string | null): void {
  const difference = Date.parse(date ?? "") - Date.now();
  if (Math.abs(difference - ahead) > GRAIN_MS) ahead = difference;
}

/** What the agent's clock shows, about, in milliseconds since 1970. */
export const now = (): number => Date.now() + ahead;

/** `14:03:22`, with the day before it unless that is today, in the time of the browser. */
export function timeText(time: string, today = new Date(now())): string {
  const date = new Date(time);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
  if (date.toDateString() === today.toDateString()) return clock;
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${clock}`;
}

/** `30 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min` */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 1) return `${Math.floor(seconds * 1000)} ms`;
  if (seconds < 60) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const twoDigits = (number: number): string => String(number).padStart(2, "0");
