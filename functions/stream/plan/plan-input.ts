import type { Limits } from '../base/limits.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import type { Client } from './client.ts';
import type { Obstacle } from './parameter-effects.ts';

/** All that a plan for `/stream` is a function of. */
export type PlanInput = {
  readonly media: Media;
  readonly sizeBytes: number;
  readonly parameters: StreamParameters;
  readonly client: Client;
  readonly limits: Limits & { readonly cores: number };
  /** Seconds until the invocation must have ended. */
  readonly secondsLeft: number;
  /** Why the file cannot be sent as it is, whoever asks; null if it can. */
  readonly originalObstacle: Obstacle;
  /** Why a track, by its index, cannot be repackaged as it is; null if it can. */
  readonly remuxObstacle: (trackIndex: number) => Obstacle;
};

export type Selection = { readonly video: VideoTrack | null; readonly audio: AudioTrack | null };
