import { join } from "node:path";
import { bundleForBrowser } from "../platform/bun-bundle.ts";
import { embeddedText, importedText } from "../platform/embedded.ts";

const STYLE = "text/css; charset=utf-8";

/** What the operator page is made of, by its path: the name of the file, and its media type. */
const PAGE_FILES = {
  "/": { name: "page.html", type: "text/html; charset=utf-8" },
  "/page.css": { name: "page.css", type: STYLE },
  "/lists.css": { name: "lists.css", type: STYLE },
  "/controls.css": { name: "controls.css", type: STYLE },
  "/page.js": { name: "page.js", type: "text/javascript; charset=utf-8" },
} as const;

export type PagePath = keyof typeof PAGE_FILES;
export const PAGE_PATHS = Object.keys(PAGE_FILES) as readonly PagePath[];
export const isPageFile = (path: string): path is PagePath => Object.hasOwn(PAGE_FILES, path);

/** A file of the page, as a browser gets it. It is read when somebody asks for it, and not kept: few do. */
export async function pageFile(path: PagePath) {
  const { name, type } = PAGE_FILES[path];
  return { name, type, text: embeddedText(name) ?? (await fromSource(name)) };
}

/** The build does this once, for the executable. */
const fromSource = async (name: string): Promise<string> =>
  name === "page.js" ? bundleForBrowser(join(SOURCE, "main.ts")) : importedText(join(SOURCE, name));

const SOURCE = join(import.meta.dirname, "page");
