import { isMet, type Quorum } from "../../bundle/repository/index.ts";

/** What a document still needs: `1 more of bob, carol`; undefined when it is complete. */
export function missingText(quorums: readonly Quorum[]): string | undefined {
  const texts = quorums
    .filter((quorum) => !isMet(quorum))
    .map(({ threshold, signed, members }) => {
      const left = members.filter((member) => !signed.includes(member)).map(({ name }) => name);
      return `${threshold - signed.length} more of ${left.join(", ")}`;
    });
  // The old root and the new one may want the same.
  return texts.length === 0 ? undefined : [...new Set(texts)].join(", and ");
}
