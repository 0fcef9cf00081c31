import { setTimeout as delay } from 'node:timers/promises';
import type { StoredObject } from '../source/source.ts';
import { unlessAborted } from '../source/unless-aborted.ts';
import { type Claim, takeClaim } from './claim.ts';
import type { FollowingDesk, KeepingDesk } from './keeping-desk.ts';
import type { PatientStore } from './patient.ts';

/** Who makes something that several instances may be asked for at once. */
export type Maker =
  | { readonly kind: 'self'; readonly claim: Claim }
  /** It has just published what is asked for. */
  | { readonly kind: 'other'; readonly object: StoredObject }
  /** It is made without being kept: the store does not answer, or somebody else keeps it. */
  | { readonly kind: 'unknown' };

const POLL_MILLISECONDS = 150;
const POLLS_PER_CLAIM = 5;
/** Renewed three times as often: a dead maker of a segment is noticed within this time. */
const SEGMENT_LEASE_SECONDS = 6;
const STREAM_LEASE_SECONDS = 60;

/** Becomes the maker of what will be kept under `name`, or waits so long for the one there is, as far as `desk` wants. */
export async function findMaker(
  patient: PatientStore,
  name: string,
  desk: FollowingDesk,
  followMilliseconds: number,
): Promise<Maker> {
  const { signal, follows } = desk;
  const until = performance.now() + followMilliseconds;
  for (;;) {
    const asked = await askForClaim(
      patient,
      name,
      follows ? SEGMENT_LEASE_SECONDS : STREAM_LEASE_SECONDS,
      desk,
    );
    if (asked?.answer) return { kind: 'self', claim: asked.answer };
    if (asked === null || !follows) return { kind: 'unknown' };
    for (let polls = 0; polls < POLLS_PER_CLAIM; polls++) {
      if (performance.now() > until) return { kind: 'unknown' };
      await unlessAborted(delay(POLL_MILLISECONDS), signal);
      const found = await patient.ask((store, within) => store.find(name, within), signal);
      if (found === null) return { kind: 'unknown' };
      if (found.answer !== null) return { kind: 'other', object: found.answer };
    }
  }
}

/** The claim to a segment that nobody waits for; null where another has it, or the store does not answer. */
export async function claimSegment(
  patient: PatientStore,
  name: string,
  desk: KeepingDesk,
): Promise<Claim | null> {
  const asked = await askForClaim(patient, name, SEGMENT_LEASE_SECONDS, desk);
  return asked?.answer ?? null;
}

function askForClaim(
  patient: PatientStore,
  name: string,
  leaseSeconds: number,
  { signal, lasting }: KeepingDesk,
) {
  return patient.ask(
    (store, within) => takeClaim(store, name, { leaseSeconds, signal: within, lasting }),
    signal,
  );
}
