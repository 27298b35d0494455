import {
  Folder,
  readState,
  type Signable,
  type Signer,
  STAGED,
  type State,
  sign,
  signableIn,
  takeSignatures,
  waitingIn,
} from "../../bundle/repository/index.ts";
import { askLine, NoAnswer } from "../../platform/terminal.ts";
import { reportingBundles } from "../bundle-errors.ts";
import type { Given } from "../command.ts";
import { printError, printText } from "../terminal.ts";
import { changesText } from "./changes.ts";
import { signerOf } from "./options.ts";
import { missingText } from "./quorum-text.ts";

/** `remit repo sign`: shows what changes, asks, and signs. */
export const signStaged = ({ options, operand: path = "" }: Given): Promise<number> =>
  reportingBundles(() =>
    Folder.use(path, { alone: true }, async (folder) => {
      const copy = options.get("signatures");
      if (copy !== undefined) return takeFrom(folder, copy);
      const signer = signerOf(options, options.get("key"));
      const role = STAGED.find((type) => type === options.get("role"));
      const state = readState(folder);
      const all = signableIn(state, signer.key, role);
      const left = all.filter(({ isSigned }) => !isSigned);
      for (const { type, document, name, isSigned } of all) {
        if (isSigned) printText(`${name} has signed ${type} ${document.signed.version} already\n`);
      }
      if (left.length > 0) {
        printText(left.map((signable) => changesText(folder, state, signable)).join("\n"));
        if (!options.has("yes") && !isWanted(left)) {
          printError("nothing was signed\n");
          return 1;
        }
        await signAll(folder, left, signer);
      }
      tellRest(path, readState(folder));
      return 0;
    }),
  );

async function signAll(folder: Folder, signables: readonly Signable[], signer: Signer): Promise<void> {
  for (const signable of signables) {
    await sign(folder, signable, signer);
    printText(`${signable.name} has signed ${signable.type} ${signable.document.signed.version}\n`);
  }
}

function isWanted(signables: readonly Signable[]): boolean {
  const what = signables.map(({ type, document }) => `${type} ${document.signed.version}`).join(" and ");
  try {
    return /^y(es)?$/i.test(askLine(`Sign ${what} as ${signables[0]?.name}? [y/N] `).trim());
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause;
    throw new NoAnswer(`${cause.message} (--yes signs without asking)`, { cause });
  }
}

function takeFrom(folder: Folder, copy: string): number {
  const names = takeSignatures(folder, readState(folder), copy);
  printText(
    names.length === 0
      ? `${copy} has no signature that is not here\n`
      : `signatures of ${names.join(", ")} were taken\n`,
  );
  tellRest(folder.path, readState(folder));
  return 0;
}

/** What is left to do. */
function tellRest(path: string, state: State): void {
  const waiting = waitingIn(state).map(({ type, document, quorums }) => ({
    what: `${type} ${document.signed.version}`,
    missing: missingText(quorums),
  }));
  for (const { what, missing } of waiting) if (missing !== undefined) printText(`${what} takes ${missing}\n`);
  if (waiting.every(({ missing }) => missing === undefined))
    printText(`next: remit repo release ${path} --online-key KEY\n`);
}
