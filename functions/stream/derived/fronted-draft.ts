import { randomUUID } from 'node:crypto';
import type { StoredObject } from '../source/source.ts';
import type { DerivedStore, Draft } from './store.ts';

/** A draft of an object whose front is known only when everything else is written. */
export type FrontedDraft = Omit<Draft, 'publish'> & {
  /** Publishes as `Draft.publish` does, with `head` in front of what was written. */
  publish(head: Uint8Array): Promise<StoredObject>;
};

export type FrontedOptions = {
  readonly signal: AbortSignal;
  /** Is called as in `DraftOptions`, with the name of the draft as well. */
  readonly onStart: (draftId: string, draftName: string) => void;
};

/** How much is held in memory: most short outputs are written once, as a whole. */
const HELD_BYTES = 8 * 1024 * 1024;
const REMOVAL_MILLISECONDS = 5_000;

/**
 * Holds the first 8 MiB in memory and asks nothing of the store before. For a longer output the store itself
 * joins the head and a part, which is removed afterwards. If the producer dies, the part expires as those of
 * exports do.
 */
export function frontedDraft(
  store: DerivedStore,
  name: string,
  { signal, onStart }: FrontedOptions,
): FrontedDraft {
  const partName = `parts/${name.slice(name.lastIndexOf('/') + 1)}-${randomUUID()}`;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let part: Draft | null = null;
  let isPartPublished = false;

  async function removePart(): Promise<void> {
    // Remove the part even if the draft's own time is up, since nobody else knows of it.
    if (isPartPublished)
      await store.remove(partName, AbortSignal.timeout(REMOVAL_MILLISECONDS)).catch(() => {});
    isPartPublished = false;
  }

  async function putWhole(sources: readonly Uint8Array[]): Promise<StoredObject> {
    const whole = await store.create(name, { signal, onStart: (id) => onStart(id, name) });
    try {
      for (const source of sources) await whole.write(source);
      return await whole.publish();
    } catch (error) {
      await whole.discard();
      throw error;
    }
  }

  return {
    async write(chunk) {
      if (part !== null) return part.write(chunk);
      held.push(chunk);
      heldBytes += chunk.byteLength;
      if (heldBytes < HELD_BYTES) return;
      part = await store.create(partName, { signal, onStart: (id) => onStart(id, partName) });
      for (const source of held) await part.write(source);
      held = [];
    },
    async publish(head) {
      if (part === null) return putWhole([head, ...held]);
      const object = await part.publish();
      isPartPublished = true;
      const body = { object, range: { start: 0, end: object.sizeBytes } };
      const whole = await store.compose(name, [head, body], signal);
      await removePart();
      return whole;
    },
    async discard() {
      held = [];
      await part?.discard();
      await removePart();
    },
  };
}
