import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../http/describe-error.ts';
import type { Invocation } from '../http/lambda.ts';
import { Problem, sourceUnavailable } from '../http/problem.ts';
import type { FileRepresentation, LiveRepresentation } from '../http/representation.ts';
import type { ResponseLimits } from '../http/respond.ts';
import { openOriginal } from '../open/original.ts';
import type { ByteRange, StoredObject } from '../source/source.ts';
import { unlessAborted } from '../source/unless-aborted.ts';
import { beginInTime } from './begin-in-time.ts';
import { type Claim, takeClaim } from './claim.ts';
import { type Patience, patientStore } from './patient.ts';
import { rememberObjects } from './remembered.ts';
import type { DerivedStore } from './store.ts';
import { tee } from './tee.ts';

/** Looks for what was made before, and keeps what is being made. Create it once for a process. */
export type Keeper = {
  readonly store: DerivedStore;
  /** The kept form of what `live` would make; null where there is none, or the store does not answer in time. */
  find(live: LiveRepresentation, desk: KeepingDesk): Promise<FileRepresentation | null>;
  /** `live` as it is kept while it is read. */
  keep(live: LiveRepresentation, desk: KeepingDesk): LiveRepresentation;
  /** Begins a segment that nobody waits for; null where another makes it, or the store does not answer. */
  begin(live: LiveRepresentation, desk: Omit<KeepingDesk, 'follows'>): Promise<Readable | null>;
};

export type KeepingDesk = Pick<Invocation, 'signal' | 'lasting' | 'trace' | 'afterwards'> & {
  readonly limits: ResponseLimits & { readonly presignSeconds: number };
  /**
   * Whether to wait for another instance that is making the same. Right for a segment, which is there as a whole in a
   * second or two; what is long has its first byte sooner when it is made twice.
   */
  readonly follows: boolean;
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
/** After the answer; what is behind is 24 MB at most. */
const FINISH_MILLISECONDS = 10_000;
const MOST_REMEMBERED = 1_000;
const POLL_MILLISECONDS = 150;
const POLLS_PER_CLAIM = 5;
/** Renewed three times as often: a dead maker of a segment is noticed within this time. */
const SEGMENT_LEASE_SECONDS = 6;
const STREAM_LEASE_SECONDS = 60;

export function createKeeper(store: DerivedStore, options: KeeperOptions): Keeper {
  const { patience = PATIENCE, followMilliseconds = FOLLOW_MILLISECONDS, onFailure } = options;
  const patient = patientStore(store, patience, onFailure);
  const remembered = rememberObjects(MOST_REMEMBERED);
  return {
    store,

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
        const maker = await desk.trace.time('claim', () => findMaker(nameOf(live), desk));
        switch (maker.kind) {
          case 'self':
            return make(live, maker.claim, desk);
          case 'other':
            return (await readWhole(maker.object, desk.signal)) ?? live.open();
          case 'unknown':
            return live.open();
          default:
            return maker satisfies never;
        }
      },
    }),

    async begin(live, desk) {
      const asked = await askForClaim(nameOf(live), SEGMENT_LEASE_SECONDS, desk);
      return asked?.answer ? make(live, asked.answer, desk) : null;
    },
  };

  type Maker =
    | { readonly kind: 'self'; readonly claim: Claim }
    /** It has just published what is asked for. */
    | { readonly kind: 'other'; readonly object: StoredObject }
    /** It is made without being kept: the store does not answer, or somebody else keeps it. */
    | { readonly kind: 'unknown' };

  function askForClaim(
    name: string,
    leaseSeconds: number,
    { signal, lasting }: Omit<KeepingDesk, 'follows'>,
  ) {
    return patient.ask(
      (_, within) => takeClaim(store, name, { leaseSeconds, signal: within, lasting }),
      signal,
    );
  }

  async function findMaker(name: string, desk: KeepingDesk): Promise<Maker> {
    const { signal, follows } = desk;
    const leaseSeconds = follows ? SEGMENT_LEASE_SECONDS : STREAM_LEASE_SECONDS;
    const until = performance.now() + followMilliseconds;
    for (;;) {
      const asked = await askForClaim(name, leaseSeconds, desk);
      if (asked?.answer) return { kind: 'self', claim: asked.answer };
      if (asked === null || !follows) return { kind: 'unknown' };
      for (let polls = 0; polls < POLLS_PER_CLAIM; polls++) {
        if (performance.now() > until) return { kind: 'unknown' };
        await unlessAborted(delay(POLL_MILLISECONDS), signal);
        const found = await patient.ask((_, within) => store.find(name, within), signal);
        if (found === null) return { kind: 'unknown' };
        if (found.answer !== null) return { kind: 'other', object: found.answer };
      }
    }
  }

  /** Null where it cannot be read, or not in time. */
  function readWhole(object: StoredObject, signal: AbortSignal): Promise<Readable | null> {
    const whole = { start: 0, end: object.sizeBytes };
    return readInTime(object, whole, signal).catch(() => {
      signal.throwIfAborted();
      return null;
    });
  }

  /** Patience is for the first answer: a body may take its time. */
  async function readInTime(object: StoredObject, range: ByteRange, signal: AbortSignal): Promise<Readable> {
    const asked = await patient.ask(async (_, within) => {
      try {
        return await beginInTime((until) => store.read(object, range, until), signal, within);
      } catch (error) {
        // That it is not there is an answer too.
        if (error instanceof Problem && error.type !== 'source-unavailable') return error;
        throw error;
      }
    }, signal);
    if (asked === null) throw sourceUnavailable();
    if (asked.answer instanceof Problem) throw asked.answer;
    return asked.answer;
  }

  async function make(
    live: LiveRepresentation,
    claim: Claim,
    desk: Omit<KeepingDesk, 'follows'>,
  ): Promise<Readable> {
    const name = nameOf(live);
    const giveUp = () => {
      const given = claim.giveUp();
      desk.afterwards(() => given.then(() => null));
    };
    let made: Readable;
    try {
      made = await live.open();
    } catch (error) {
      giveUp();
      throw error;
    }
    const late = new AbortController();
    const draft = await store
      .create(name, { signal: AbortSignal.any([desk.lasting, late.signal]), onBegun: claim.noteDraft })
      .catch((error: unknown) => onFailure(error));
    if (!draft) {
      giveUp();
      return made;
    }
    const { body, outcome } = tee(made, draft, { maxBytes: desk.limits.maxResponseBytes });
    const settled = outcome.then(async (how) => {
      await (how.kind === 'published' ? claim.stop() : claim.giveUp());
      return how.kind === 'published'
        ? { kept: name, bytes: how.object.sizeBytes }
        : { notKept: name, why: describeError(how.reason) };
    });
    desk.afterwards(async () => {
      const reason = new Error('The store was not done soon enough after the answer.');
      const timer = setTimeout(() => late.abort(reason), FINISH_MILLISECONDS);
      return settled.finally(() => clearTimeout(timer));
    });
    return body;
  }

  function keptFile(
    object: StoredObject,
    { contentType }: LiveRepresentation,
    { signal, trace, limits }: KeepingDesk,
  ): FileRepresentation {
    const options = { contentType, contentDisposition: null, presignSeconds: limits.presignSeconds };
    const source = {
      ...store,
      read: (...asked: Parameters<DerivedStore['read']>) =>
        readInTime(...asked).catch((error: unknown) => {
          // It may have expired, and may be made again.
          remembered.forget(object.key);
          throw error;
        }),
    };
    // Its date is that of the making, which says nothing about the source.
    return { ...openOriginal({ source, object, signal, trace }, options), lastModified: null };
  }
}

/** The tag of a live answer stands for the object with its version, the plan and the engine's version. */
function nameOf({ etag, contentType }: LiveRepresentation): string {
  const [, hash] = /^(?:W\/)?"([\w-]+)"$/.exec(etag) ?? [];
  if (hash === undefined) throw new TypeError(`${etag} is no tag that a name can be made of.`);
  return `made/${hash}.${contentType.slice(contentType.indexOf('/') + 1)}`;
}
