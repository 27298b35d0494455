/** Elements of the page. What they show is text and never markup; the content security policy sees to it, too. */

type Attributes = { readonly [name: string]: string };

/** A new element with these attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A button that does something. */
export function button(text: string, kind: string, act: (event: MouseEvent) => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: kind }, text);
  made.addEventListener("click", act);
  return made;
}

/** The element of page.html with that id. */
export const byId = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`page.html has no ${id}`);
  return found;
};

/** Sets the text of the element with that id, unless it is that already: who reads aloud would begin anew. */
export function show(id: string, text: string): void {
  const shown = byId(id);
  if (shown.textContent !== text) shown.textContent = text;
}

/** An item of a list, and how it becomes what it shows later. */
export interface Row<T> {
  readonly element: HTMLElement;
  readonly update?: (item: T) => void;
  /** It is in the list no more. */
  readonly gone?: () => void;
}

/** A list in which what stays is the same element as before: it stays open, and keeps the focus and what is selected. */
export class KeyedList<T> {
  private readonly rows = new Map<string, Row<T>>();

  /**
   * @param id of the list; `no-<id>` is shown in its place when it is empty
   * @param keyOf what two items have in common that are the same at two times
   */
  constructor(
    private readonly id: string,
    private readonly keyOf: (item: T) => string,
    private readonly make: (item: T) => Row<T>,
  ) {}

  /** Shows these and no others. Returns whether any came or went. */
  show(items: readonly T[]): boolean {
    const list = byId(this.id);
    const wanted = new Set(items.map(this.keyOf));
    const gone = [...this.rows].filter(([key]) => !wanted.has(key));
    for (const [key, row] of gone) {
      row.element.remove();
      row.gone?.();
      this.rows.delete(key);
    }
    let changed = gone.length > 0;
    let place = list.firstElementChild;
    for (const item of items) {
      const known = this.rows.get(this.keyOf(item));
      const row = known ?? this.make(item);
      row.update?.(item);
      this.rows.set(this.keyOf(item), row);
      if (row.element === place) place = place.nextElementSibling;
      else list.insertBefore(row.element, place);
      changed ||= known === undefined;
    }
    list.hidden = items.length === 0;
    byId(`no-${this.id}`).hidden = items.length > 0;
    return changed;
  }
}
