import type { Readable } from 'node:stream';
import { openOriginal } from '../http/original.ts';
import type { FileRepresentation, LiveRepresentation } from '../http/representation.ts';
import type { StoredObject } from '../source/source.ts';
import type { Claim } from './claim.ts';
import { claimSegment, findMaker } from './find-maker.ts';
import type { FollowingDesk, KeepingDesk } from './keeping-desk.ts';
import { makeKept } from './make-kept.ts';
import { type Patience, patientStore } from './patient.ts';
import { readKept, readWhole } from './read-kept.ts';
import { rememberObjects } from './remembered.ts';
import type { DerivedStore } from './store.ts';

/** Looks for what was made before, and keeps what is being made. Create it once for a process. */
export type Keeper = {
  /** The kept form of what `live` would make; null where there is none, or the store does not answer in time. */
  find(live: LiveRepresentation, desk: KeepingDesk): Promise<FileRepresentation | null>;
  /** `live` as it is kept while it is read. */
  keep(live: LiveRepresentation, desk: FollowingDesk): LiveRepresentation;
  /** Begins a segment that nobody waits for; null where another makes it, or the store does not answer. */
  begin(live: LiveRepresentation, desk: KeepingDesk): Promise<Readable | null>;
};

export type KeeperOptions = {
  readonly patience?: Patience;
  /** How long another maker is waited for, as long as it is alive. */
  readonly followMilliseconds?: number;
  /** Told when the store fails or is too slow for a viewer. */
  readonly onFailure: (error: unknown) => void;
};

const PATIENCE: Patience = { waitMilliseconds: 500, restMilliseconds: 1_000 };
const FOLLOW_MILLISECONDS = 10_000;
const MOST_REMEMBERED = 1_000;

export function createKeeper(store: DerivedStore, options: KeeperOptions): Keeper {
  const { patience = PATIENCE, followMilliseconds = FOLLOW_MILLISECONDS, onFailure } = options;
  const patient = patientStore(store, patience, onFailure);
  const remembered = rememberObjects(MOST_REMEMBERED);
  return {
    async find(live, desk) {
      const name = nameOf(live);
      const known = remembered.get(name);
      if (known !== undefined) return keptFile(known, live, desk);
      const look = () => patient.ask((_, within) => store.find(name, within), desk.signal);
      const found = await desk.trace.time('kept', look);
      if (!found?.answer) return null;
      remembered.put(found.answer);
      return keptFile(found.answer, live, desk);
    },

    keep: (live, desk) => ({
      ...live,
      async open() {
        const find = () => findMaker(patient, nameOf(live), desk, followMilliseconds);
        const maker = await desk.trace.time('claim', find);
        switch (maker.kind) {
          case 'self':
            return make(live, maker.claim, desk);
          case 'other':
            return (await readWhole(patient, maker.object, desk.signal)) ?? live.open();
          case 'unknown':
            return live.open();
          default:
            return maker satisfies never;
        }
      },
    }),

    async begin(live, desk) {
      const claim = await claimSegment(patient, nameOf(live), desk);
      return claim && make(live, claim, desk);
    },
  };

  function make(live: LiveRepresentation, claim: Claim, desk: KeepingDesk): Promise<Readable> {
    return makeKept({ patient, name: nameOf(live), claim, live }, desk);
  }

  function keptFile(
    object: StoredObject,
    { contentType }: LiveRepresentation,
    { signal, trace, limits }: KeepingDesk,
  ): FileRepresentation {
    const options = { contentType, contentDisposition: null, presignSeconds: limits.presignSeconds };
    const read: DerivedStore['read'] = (...asked) =>
      readKept(patient, ...asked).catch((error: unknown) => {
        // It may have expired, and may be made again.
        remembered.forget(object.key);
        throw error;
      });
    const opened = openOriginal({ source: { ...store, read }, object, signal, trace }, options);
    // Its date is that of the making, which says nothing about the source.
    return { ...opened, lastModified: null };
  }
}

/** The tag of a live answer stands for the object with its version, the plan and the engine's version. */
function nameOf({ etag, contentType }: LiveRepresentation): string {
  const [, hash] = /^(?:W\/)?"([\w-]+)"$/.exec(etag) ?? [];
  if (hash === undefined) throw new TypeError(`${etag} is no tag that a name can be made of.`);
  return `made/${hash}.${contentType.slice(contentType.indexOf('/') + 1)}`;
}
