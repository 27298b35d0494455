/** Writes `docs/sdk.md` from the tables of the SDK: `npm run docs`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogueAreas } from "./src/cli/catalogue.ts";
import type { CatalogueArea } from "./src/cli/embedded-catalogue.ts";
import { type Section, sections } from "./src/cli/item-text.ts";
import { surface } from "./src/sdk/index.ts";

export const DOCUMENT = join(import.meta.dirname, "docs/sdk.md");

const INTRODUCTION = `<!-- Made by \`npm run docs\` from the tables in src/sdk; a change here is lost. -->

# What scripts can call

Remit adds these functions and types to Rhai. \`remit functions NAME\` shows the same text for one of them, and
\`remit functions --json\` all of it as data.

- **checks**: what the policy is asked for, in this order, before the call has any effect. \`fs:open File(<path>)\` is
  \`file_system::Action::"open"\` on \`file_system::File::"<path>"\`; \`fs\` stands for \`file_system\`, \`proc\` for
  \`process_system\`. A refusal ends the call with an error.
- **throws**: what a script can catch. A kind such as \`IoErrorKind::NotFound\` is the \`kind\` of a map
  \`#{ kind, message, source }\`; \`text\` is a plain text. A limit (\`remit version --json\` lists them) ends a call
  with an error that names it. Arguments of other types than those shown are Rhai's own error, "Function not found".
- **example**: the names in it hold a value of the type under which \`let\` declares them.

Every function can be called as a method of its first argument: \`cat(path)\` is \`path.cat()\`. Builders begin with
\`Name()\`, take options in any order and end with \`build()\`. Integers are \`i64\`, and \`X or ()\` is \`()\` where
there is none.
`;

/** All of `docs/sdk.md`. */
export function sdkDocument(): string {
  const chapters = catalogueAreas(surface);
  const contents = chapters.map(({ title }) => `- [${title}](#${anchor(title)})`).join("\n");
  return `${INTRODUCTION}\n${contents}\n${chapters.map(chapterText).join("")}`;
}

const chapterText = ({ title, items }: CatalogueArea): string =>
  `\n## ${title}\n${[...sections(items)].map(sectionText).join("")}`;

const sectionText = ({ title, lines }: Section): string =>
  lines.length === 0 ? "" : `\n### ${title}\n\n\`\`\`\n${lines.join("\n")}\n\`\`\`\n`;

/** As Markdown's readers make them of headings. */
const anchor = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(" ", "-")
    .replaceAll(/[^a-z0-9-]/g, "");

if (import.meta.main) {
  writeFileSync(DOCUMENT, sdkDocument());
  console.log(`wrote ${DOCUMENT}`);
}
