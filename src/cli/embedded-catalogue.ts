import documentPath from "../../docs/sdk.md" with { type: "file" };
import { embeddedText, importedText } from "../platform/embedded.ts";
import type { Catalogue } from "../server/catalogue.ts";
import { type Item, named } from "./item.ts";

/** Name of the file with the catalogue, which the build embeds: making it takes all of the SDK. */
export const CATALOGUE = "catalogue.json";

/** What of one area of the SDK scripts can call. */
export interface CatalogueArea {
  readonly title: string;
  readonly items: readonly Item[];
}

async function areas(): Promise<readonly CatalogueArea[]> {
  const text = embeddedText(CATALOGUE);
  // Written by our own build.
  if (text !== undefined) return JSON.parse(text) as readonly CatalogueArea[];
  const [{ catalogueAreas }, { surface }] = await Promise.all([
    import("./catalogue.ts"),
    import("../sdk/index.ts"),
  ]);
  return catalogueAreas(surface);
}

/** What scripts can call, as it is in this executable. */
export const catalogue: Catalogue = {
  async signatures() {
    return (await areas()).map(({ title, items }) => ({
      title,
      signatures: items.filter(({ kind }) => kind !== "type").map(({ signature }) => signature),
    }));
  },
  async named(name) {
    const all = (await areas()).flatMap(({ items }) => items);
    return named(all, name).map(
      ({ kind, name: itemName, signature, summary, checks, throws, example, only }) => ({
        name: itemName,
        kind,
        signature,
        summary,
        checks: [...checks],
        throws: [...throws],
        ...(example === undefined ? {} : { example }),
        ...(only === undefined ? {} : { only }),
      }),
    );
  },
  document: async () => importedText(documentPath),
};
