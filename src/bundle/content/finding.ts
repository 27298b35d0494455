import { type BundleError, type BundleErrorCode, placeText } from "../errors.ts";

/** Something that was found in a bundle. With an error it cannot be used. */
export interface Finding {
  readonly severity: "error" | "warning";
  readonly code: BundleErrorCode;
  readonly message: string;
  readonly file?: string | undefined;
  /** From 1. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export const findingOf = ({ code, message, file, line }: BundleError): Finding => ({
  severity: "error",
  code,
  message,
  file,
  line,
});

/** `finding` as compilers show theirs, so that editors find the place. */
export function findingText({ severity, message, file, line, column }: Finding): string {
  const place =
    file === undefined ? "" : `${placeText(file, line)}${column === undefined ? "" : `:${column}`}: `;
  return `${place}${severity}: ${message}`;
}
