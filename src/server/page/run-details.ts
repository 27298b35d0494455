import { visible, visibleLines } from "../visible.ts";
import { act, messageOf } from "./acts.ts";
import type { Run, RunEvent } from "./answers.ts";
import { get, send } from "./api.ts";
import { button, element } from "./dom.ts";
import { eventsIn } from "./events.ts";
import { reasonText } from "./reason.ts";
import { requestElement } from "./request.ts";
import { whileSeen } from "./seen.ts";

/** Characters of an output, and lines of a log, that are shown. */
const MAX_CHARACTERS = 200_000;
const MAX_LINES = 1000;

/** All about one run: loaded when somebody opens it, and followed while it goes on and somebody looks. */
export class RunDetails {
  readonly element = element("div", { class: "details" });
  private current: AbortController | undefined;
  /** Of what is shown. */
  private state: string | undefined;

  constructor(private readonly id: string) {}

  /** Shows the run as it is, which is in that state, unless that is shown. */
  async open(state: string): Promise<void> {
    if (state === this.state) return;
    this.close();
    this.state = state;
    const closed = new AbortController();
    this.current = closed;
    const signal = AbortSignal.any([closed.signal, whileSeen()]);
    try {
      await this.load(signal);
    } catch (error) {
      // Closed, or to be shown anew when somebody looks again.
      if (signal.aborted) this.state = undefined;
      else this.element.replaceChildren(problem(messageOf(error)));
    }
  }

  /** Nobody looks any more. */
  close(): void {
    this.current?.abort();
    this.state = undefined;
  }

  private async load(signal: AbortSignal): Promise<void> {
    // An output may be large, and the way to it slow.
    const run = await get<Run>(`/v1/runs/${this.id}`, { signal });
    this.element.replaceChildren(...about(run));
    if (run.ended_at === undefined) await this.follow(signal);
  }

  /** Shows what the run logs and its alarms, as they come. */
  private async follow(signal: AbortSignal): Promise<void> {
    const log = element("pre", { class: "untrusted" });
    const heading = element("h3", {}, "Log");
    const { body } = await send("GET", `/v1/runs/${this.id}/events`, { signal });
    if (body === null) return;
    for await (const event of eventsIn(body)) {
      const line = lineOf(event);
      if (line === undefined) continue;
      if (!log.isConnected) this.element.append(heading, log);
      log.append(line);
      if (log.childNodes.length > MAX_LINES) log.firstChild?.remove();
    }
  }
}

/** What there is to tell of a run. */
function about(run: Run): readonly Node[] {
  const { id, output = "", error, denials, more_denials: more, policy_revision: revision } = run;
  const end = button("End this run", "plain", () => {
    void act(`${id} is being ended`, () => send("DELETE", `/v1/runs/${id}`));
  });
  return [
    element(
      "p",
      { class: "facts" },
      element("code", {}, id),
      ...(revision === undefined ? [] : [element("span", {}, `policy ${visible(revision)}`)]),
      ...(run.ended_at === undefined ? [end] : []),
    ),
    ...(error ? [problem(`${error.error_type}: ${error.message}`)] : []),
    ...part("Output", output === "" ? [] : [text(output)]),
    ...part("Denied", [
      ...denials.map((denial) => element("p", {}, requestElement(denial), ` ${reasonText(denial)}`)),
      ...(more > 0 ? [element("p", {}, `and ${more} more`)] : []),
    ]),
    ...part("Alarms", (run.alarms ?? []).map(alarmText).map(text)),
    ...part("Log", logText(run)),
  ];
}

const part = (title: string, content: readonly Node[]): readonly Node[] =>
  content.length === 0 ? [] : [element("h3", {}, title), ...content];

const problem = (message: string): Node => element("p", { class: "problem" }, visibleLines(message));

/** Text of a script: as it is, but for what would make it look like another. */
function text(whole: string): Node {
  const rest = whole.length - MAX_CHARACTERS;
  const shown = visibleLines(whole.slice(0, MAX_CHARACTERS));
  const more = rest > 0 ? `\n… and ${rest} more characters` : "";
  return element("pre", { class: "untrusted" }, shown + more);
}

interface Logged {
  readonly level: string;
  readonly message: string;
}

const logLine = ({ level, message }: Logged): string =>
  `${visible(level).padEnd(5)} ${visibleLines(message)}\n`;

function logText({ logs = [] }: Run): readonly Node[] {
  const lines = logs.map(({ attributes }) => logLine(attributes));
  return lines.length === 0 ? [] : [text(lines.slice(-MAX_LINES).join(""))];
}

/** What is told in a line of what happens. */
function lineOf(event: RunEvent): string | undefined {
  if (event.type === "log") return logLine(event);
  return event.type === "alarm" ? logLine({ level: "ALARM", message: alarmText(event) }) : undefined;
}

interface Alarm {
  readonly alarm_type: string;
  readonly alarm_details?: string | undefined;
}

const alarmText = ({ alarm_type: type, alarm_details: details }: Alarm): string =>
  details === undefined ? type : `${type}: ${details}`;
