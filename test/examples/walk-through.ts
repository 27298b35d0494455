/**
 * Does what a README shows, section by section, at a terminal on which somebody answers. A block of `sh` is a script; one
 * that begins with `# Refused` ends with another status than 0. Lines that end in ` &` are processes, which live on. Each
 * line of a block of `text` is part of something that was shown since the block of `text` before.
 */
import { spawn } from "node:child_process";
import { type Answer, atTerminal } from "../repository/at-terminal.ts";
import { Agent } from "../support/agent.ts";

const REFUSED = "# Refused\n";
const PROCESSES = /^(?:.+ &\n)+$/;

interface Block {
  readonly language: string;
  readonly code: string;
}

export interface WalkThroughOptions {
  readonly markdown: string;
  /** The folder in which all of it is done. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly answers: readonly Answer[];
  /** Returns when a process is of use. */
  readonly ready: (process: Agent, line: string) => Promise<void>;
}

export class WalkThrough {
  private readonly sections: Map<string, readonly Block[]>;
  private readonly processes: Agent[] = [];
  private shown = "";
  private lost: string | undefined;

  constructor(private readonly options: WalkThroughOptions) {
    this.sections = sectionsOf(options.markdown);
  }

  /** Sections with something to do that nobody has gone through. */
  get left(): readonly string[] {
    return [...this.sections].flatMap(([title, blocks]) => (blocks.length === 0 ? [] : [title]));
  }

  /** Goes through a section, once. */
  async through(title: string): Promise<void> {
    const blocks = this.sections.get(title);
    if (blocks === undefined) throw new Error(`no section ${title}`);
    if (this.lost !== undefined)
      throw new Error(`what "${this.lost}" shows went wrong, on which this depends`);
    this.lost = title;
    this.sections.delete(title);
    this.shown = "";
    for (const { language, code } of blocks) {
      if (language === "text") this.expectShown(code);
      else if (PROCESSES.test(code)) await this.begin(code);
      else await this.run(code, code.startsWith(REFUSED));
    }
    this.lost = undefined;
  }

  /** Runs a script; what it shows. */
  async run(script: string, isRefused = false): Promise<string> {
    const { folder, env, answers } = this.options;
    const { status, shown } = await atTerminal(["bash", "-euc", script], folder, answers, env);
    if ((status !== 0) !== isRefused) throw new Error(`${script}\nended with ${status}:\n${shown}`);
    this.shown += shown;
    return shown;
  }

  /** Ends all processes. */
  async end(): Promise<void> {
    for (const process of this.processes) process.signal("SIGTERM");
    await Promise.all(this.processes.map(({ ended }) => ended));
  }

  /** Starts a process for each line. */
  async begin(lines: string): Promise<void> {
    const { folder, env, ready } = this.options;
    for (const line of lines.trim().split("\n")) {
      const command = `exec ${line.replace(/ &$/, "")}`;
      const child = spawn("sh", ["-c", command], { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
      const process = new Agent(child);
      this.processes.push(process);
      await ready(process, line);
    }
  }

  private expectShown(lines: string): void {
    const missing = lines
      .trimEnd()
      .split("\n")
      .filter((line) => !this.shown.includes(line));
    if (missing.length > 0) throw new Error(`not shown: ${missing.join("\n")}\nbut:\n${this.shown}`);
    this.shown = "";
  }
}

/** The blocks of `sh` and `text` under each heading. */
function sectionsOf(markdown: string): Map<string, readonly Block[]> {
  const blocks = /^```(sh|text)\n([\s\S]*?)^```$|^#+ (.+)$/gm;
  const sections = new Map<string, Block[]>();
  let section: Block[] = [];
  // Headings are looked for outside of blocks only: there, `#` begins a comment.
  for (const [, language, code = "", title] of markdown.matchAll(blocks)) {
    if (language !== undefined) section.push({ language, code });
    if (title === undefined) continue;
    section = [];
    sections.set(title, section);
  }
  return sections;
}
