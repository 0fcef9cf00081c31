import type { RandomAccess } from '../../source/bytes.ts';
import type { Media } from '../model/media.ts';
import { changingAudio } from './changing-audio.ts';
import { readProgramMap } from './mpegts.ts';
import { readWindows } from './survey-windows.ts';
import { readTsClock, type TsClock } from './ts-clock.ts';

/** What a look at a transport stream from afar tells, which its demuxers do not. */
export type Survey = {
  /** Null if its clock is right. */
  readonly clock: TsClock | null;
  /** The PIDs of audio whose configuration changes. */
  readonly changing: ReadonlySet<number>;
};

/** Surveys a transport stream of one program; null for other files. */
export async function surveyTransportStream(file: RandomAccess): Promise<Survey | null> {
  const map = await readProgramMap(file);
  if (map === null) return null;
  const windows = await readWindows(file, map.layout);
  return { clock: await readTsClock(file, map, windows), changing: changingAudio(windows, map) };
}

/** Returns the media without the one codec string that audio which changes does not have. */
export function withChanges(media: Media, { changing }: Survey): Media {
  const tracks = media.tracks.map((track) =>
    track.kind === 'audio' && changing.has(pidOf(track.stream)) ? { ...track, codecString: null } : track,
  );
  return { ...media, tracks };
}

/** Reads a PID from ffmpeg's specifier of a track. */
const pidOf = (stream: string) => Number(/^i:(\d+)$/.exec(stream)?.[1]);
