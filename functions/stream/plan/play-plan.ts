import { Problem } from '../base/problem.ts';
import type { Container } from '../media/model/containers.ts';
import type { PlanInput } from './plan-input.ts';
import { planStream, type StreamPlan } from './stream-plan.ts';

/** How `/play` answers: as `/stream` does, or with the way to HLS. */
export type PlayPlan =
  | { readonly kind: 'stream'; readonly plan: StreamPlan }
  | {
      readonly kind: 'hls';
      /** Why not more directly, in words for people. */
      readonly reason: string;
    };

/** The request headers that tell who plays. */
export const PLAYER_HEADERS = ['Accept', 'User-Agent', 'X-Playback-Session-Id'] as const;

/**
 * Tells whether Apple's media stack asks, which plays no MP4 without an end. AVFoundation adds a session to each request,
 * in apps with names of their own as well; Safari for the Mac asks by its own name, and all browsers of iOS are Safari.
 */
export function isApple(headers: Headers): boolean {
  if (headers.has('x-playback-session-id')) return true;
  const agent = headers.get('user-agent') ?? '';
  if (agent.includes('AppleCoreMedia/')) return true;
  return (
    /\((Macintosh|iPhone|iPad|iPod)\b/.test(agent) &&
    /AppleWebKit\//.test(agent) &&
    !/Chrom(e|ium)\//.test(agent)
  );
}

/** The files that every player of Apple opens. */
const APPLE_FILES: ReadonlySet<Container> = new Set(['mp4', 'mov', 'mp3', 'adts', 'flac', 'wav']);

/**
 * Decides what a client is sent that was given no more than a key: the file itself if it plays that, otherwise HLS to
 * Apple's players, and to others what `/stream` sends, or HLS where that is refused as too large. Throws as `planStream`
 * does.
 */
export function planPlay(input: PlanInput, player: 'apple' | 'other'): PlayPlan {
  const { media } = input;
  const plan = planned(input);
  // Playlists need a duration.
  const hasPlaylists = media.durationSeconds !== null;
  if (plan instanceof Problem) {
    if (plan.type !== 'too-large' || !hasPlaylists) throw plan;
    return { kind: 'hls', reason: plan.message };
  }
  const isFile = plan.kind === 'passthrough' || plan.kind === 'faststart';
  if (player === 'other' || !hasPlaylists || (isFile && APPLE_FILES.has(media.container)))
    return { kind: 'stream', plan };
  return { kind: 'hls', reason: `for a player of Apple's: ${plan.reason}` };
}

function planned(input: PlanInput): StreamPlan | Problem {
  try {
    return planStream(input);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
