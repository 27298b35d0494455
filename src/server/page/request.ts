import { visible } from "../visible.ts";
import { element } from "./dom.ts";

const UID = /^([\w:]+::)(".*")$/s;

/** A request to the policy, with all that it says. */
interface Told {
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
}

/** `file_system::Action::"open" on file_system::File::"/etc/passwd"` */
export const requestElement = ({ action, resource }: Told): HTMLElement =>
  element(
    "span",
    { class: "request" },
    uidElement(action),
    " on ",
    uidElement(`${resource.type}::${JSON.stringify(resource.id)}`),
  );

/** A uid of Cedar as code, its type less prominent than what it names. */
export function uidElement(uid: string): HTMLElement {
  const [, type = "", id = uid] = UID.exec(uid) ?? [];
  return element("code", { class: "uid" }, element("span", { class: "type" }, visible(type)), visible(id));
}
