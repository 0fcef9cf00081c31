import type { TextTrack } from '../plan/text-tracks.ts';
import type { Thumbnails } from './storyboard.ts';

/** What a presentation offers besides video and audio. */
export type Companions = {
  /** Null if there are none. */
  readonly thumbnails: Thumbnails | null;
  readonly texts: readonly TextTrack[];
  readonly hasChapters: boolean;
};

export const NO_COMPANIONS: Companions = { thumbnails: null, texts: [], hasChapters: false };
