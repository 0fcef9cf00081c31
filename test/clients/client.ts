import type { Part } from '../../testing/needs.ts';
import type { Address, Kind } from './addresses.ts';
import type { Film } from './films.ts';

export type Step = 'start' | 'seek' | 'end';

/** One client at one address with one film. */
export type Visit = {
  readonly url: string;
  readonly kind: Kind;
  readonly film: Film;
  readonly seconds: number;
  readonly frames: number | null;
  /** Lines of the rendition to play; null if there is no choice, or no video. */
  readonly height: number | null;
  readonly rendition: 'copy' | 'encoded' | null;
  /** Its place among the variants of a playlist, from 0. */
  readonly variant: number;
  readonly seeks: boolean;
  /** The file whose very bytes are the answer; null if the answer was produced. */
  readonly original: string | null;
  /** A folder of its own. */
  readonly folder: string;
};

export type Fault = { readonly step: Step; readonly what: string };

export type Seen = {
  /** From the wish to the first frame, or the first byte for what only fetches. */
  readonly firstMs: number | null;
  /** What went wrong, by the first step where it did; null where all is well. */
  readonly fault: Fault | null;
  /** Warnings and errors that the client told of, whether or not it got over them. */
  readonly events: readonly string[];
};

export type Client = {
  readonly name: string;
  /** What the machine must have for it; null for a package of npm. */
  readonly part: Part | null;
  readonly kinds: readonly Kind[];
  /** Why it cannot take this address, though it reads its kind. */
  refuses?(address: Address): string | null;
  visit(visit: Visit): Promise<Seen>;
};

/** Where everyone seeks to. */
export const seekTarget = ({ seconds }: Visit): number => Math.round(seconds * 0.7 * 10) / 10;

/** How long a step may take: only against hanging. */
export const WITHIN_MS = 120_000;

/** Ends a visit at a step. */
export class StepFault extends Error {
  readonly step: Step;

  constructor(step: Step, what: string) {
    super(what);
    this.step = step;
  }
}

/** Runs the steps of a visit; what one of them throws is what is seen. */
export async function watching(
  steps: (tell: { first(ms: number): void; event(what: string): void }) => Promise<void>,
): Promise<Seen> {
  let firstMs: number | null = null;
  const events: string[] = [];
  const tell = {
    first: (ms: number) => {
      firstMs ??= ms;
    },
    event: (what: string) => {
      events.push(what);
    },
  };
  try {
    await steps(tell);
    return { firstMs, fault: null, events };
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
    return { firstMs, fault: { step: error.step, what: error.message }, events };
  }
}
