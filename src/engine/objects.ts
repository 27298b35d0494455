import type { HostObject } from "rhai-wasm";

/** Host objects that the script holds, by id. An object that crosses twice has two ids and is released with the last. */
export class Objects {
  private readonly byId = new Map<number, HostObject>();
  private readonly references = new Map<HostObject, number>();
  private nextId = 1;
  /** The first error of a `release`, which runs where nothing can be thrown. */
  failure: unknown;

  /** References that the script holds. */
  get size(): number {
    return this.byId.size;
  }

  add(object: HostObject): number {
    const id = this.nextId++;
    this.byId.set(id, object);
    this.references.set(object, (this.references.get(object) ?? 0) + 1);
    return id;
  }

  get(id: number): HostObject {
    const object = this.byId.get(id);
    if (!object) throw new Error(`no host object ${id}`);
    return object;
  }

  release(id: number): void {
    const object = this.byId.get(id);
    if (!object) return;
    this.byId.delete(id);
    const left = (this.references.get(object) ?? 1) - 1;
    if (left > 0) {
      this.references.set(object, left);
      return;
    }
    this.references.delete(object);
    try {
      object.release();
    } catch (error) {
      this.failure ??= error;
    }
  }

  /** Ends the run: lets go of what the script still held. */
  clear(): void {
    for (const id of [...this.byId.keys()]) this.release(id);
    this.nextId = 1;
  }
}
