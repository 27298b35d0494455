/** A browser for tests, where the machine has one. */
import { existsSync } from "node:fs";
import { type BrowserContext, chromium, type Page, type Browser as Started } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
/** For the name of a test: why it is skipped. */
export const NO_BROWSER = existsSync(CHROMIUM) ? "" : " (skipped: no chromium)";

/** It asks nobody for anything but what its pages do. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium without a window, with a profile of its own. */
export class Browser {
  private constructor(private readonly started: Started) {}

  static async start(): Promise<Browser> {
    const options = { executablePath: CHROMIUM, headless: true, chromiumSandbox: false, args: ARGUMENTS };
    return new Browser(await chromium.launch(options));
  }

  /** Cookies, storage and clock of their own, with one page. */
  async visit(): Promise<Visit> {
    const context = await this.started.newContext();
    return new Visit(context, await context.newPage());
  }

  end(): Promise<void> {
    return this.started.close();
  }
}

/** What somebody does in a browser that nobody has used before. */
export class Visit {
  /** Addresses that pages asked for, without their fragments. */
  readonly asked: string[] = [];
  /** What pages complained about: errors of scripts, and of the content security policy; not what the agent refuses. */
  readonly complaints: string[] = [];

  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    context.on("request", (request) => this.asked.push(request.url()));
    context.on("weberror", (error) => this.complaints.push(error.error().message));
    context.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !text.startsWith("Failed to load resource"))
        this.complaints.push(text);
    });
  }

  /** How often pages asked for the path. */
  count(path: string): number {
    return this.asked.filter((url) => new URL(url).pathname === path).length;
  }
}
