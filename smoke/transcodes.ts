import { type Exchange, jsonOf } from './exchange.ts';
import type { Session } from './session.ts';

/** The same small part of a film, transcoded several times. */
export type FinishedTranscodes = {
  readonly kind: 'finished';
  readonly path: string;
  readonly runs: readonly Exchange[];
  /** The expected duration; null if the service does not know how long the film is. */
  readonly expectedSeconds: number | null;
  /** How long as many bytes take on this line when they exist already. */
  readonly plainMilliseconds: number;
};

export type Transcodes = FinishedTranscodes | { readonly kind: 'impossible'; readonly reason: string };

/** Buffering was reported for 15 to 20 % of all answers, so that one of them says little. */
const RUNS = 3;
/**
 * A transcode that is too fast cannot show that it was sent meanwhile, so a fast machine gets a longer part.
 */
const TELLING_MILLISECONDS = 1_000;
const [SHORTEST_SECONDS, LONGEST_SECONDS] = [6, 48];
const MOST_BYTES = 20_000_000;

export async function transcodeSeveral(session: Session): Promise<Transcodes> {
  const info = await session.ask(session.infoPath);
  if (info.status !== 200) return impossible(`/info answered ${info.status ?? 'nothing'}`);
  const film = readFilm(jsonOf(info));
  if (!film.hasFrames) return impossible('the media has no video: name a film with --key');

  const pathFor = (partSeconds: number) =>
    `${session.streamPath}?format=mp4&height=144&duration=${partSeconds}`;
  const transcode = (partSeconds: number) => session.ask(pathFor(partSeconds), { cutAfterBytes: MOST_BYTES });
  const longest = Math.min(LONGEST_SECONDS, film.durationSeconds ?? LONGEST_SECONDS);
  let partSeconds = SHORTEST_SECONDS;
  let run = await transcode(partSeconds);
  while (run.status === 200 && run.milliseconds < TELLING_MILLISECONDS && partSeconds * 2 <= longest) {
    partSeconds *= 2;
    run = await transcode(partSeconds);
  }
  const runs = [run];
  while (runs.length < RUNS) runs.push(await transcode(partSeconds));
  return {
    kind: 'finished',
    path: pathFor(partSeconds),
    runs,
    expectedSeconds: film.durationSeconds === null ? null : Math.min(partSeconds, film.durationSeconds),
    plainMilliseconds: await plainSpread(session, Math.max(...runs.map(({ body }) => body.length))),
  };
}

function impossible(reason: string): Transcodes {
  return { kind: 'impossible', reason };
}

/** Returns the shortest of several times, since any disturbance makes one longer. */
async function plainSpread(session: Session, bytes: number): Promise<number> {
  const headers = { range: `bytes=0-${Math.max(bytes, 1) - 1}` };
  const spreads: number[] = [];
  while (spreads.length < RUNS) {
    const { arrivals } = await session.ask(session.mediaPath, { headers, cutAfterBytes: bytes + 1 });
    spreads.push((arrivals.at(-1)?.milliseconds ?? 0) - (arrivals[0]?.milliseconds ?? 0));
  }
  return Math.min(...spreads);
}

function readFilm({ media }: Readonly<Record<string, unknown>>) {
  const film = typeof media === 'object' && media !== null ? media : {};
  const durationSeconds = 'durationSeconds' in film ? film.durationSeconds : null;
  const tracks: readonly unknown[] = 'tracks' in film && Array.isArray(film.tracks) ? film.tracks : [];
  return {
    durationSeconds: typeof durationSeconds === 'number' ? durationSeconds : null,
    hasFrames: tracks.some(isVideo),
  };
}

function isVideo(track: unknown): boolean {
  if (typeof track !== 'object' || track === null || !('kind' in track)) return false;
  return track.kind === 'video' && !('isCoverArt' in track && track.isCoverArt === true);
}
