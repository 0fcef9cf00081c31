import type { Media } from '../model/media.ts';
import { changingAudio, type Stretch } from './changing-audio.ts';
import { changingCodecs } from './changing-codecs.ts';
import type { ProgramMap } from './mpegts.ts';

/** What changes on the way through a transport stream, by PID. */
export type Changes = {
  /** Audio whose configuration changes. */
  readonly configurations: ReadonlySet<number>;
  /** Video and audio that goes on in another codec, or video under another PID. */
  readonly codecs: ReadonlySet<number>;
};

export const NO_CHANGES: Changes = { configurations: new Set(), codecs: new Set() };

/** Finds what changes between stretches of a file. */
export function changesAmong(stretches: readonly Stretch[], map: ProgramMap): Changes {
  return { configurations: changingAudio(stretches, map), codecs: changingCodecs(stretches, map) };
}

/**
 * Returns the media without the one codec string that a track which changes does not have. A decoder goes on with another
 * configuration, and not with another codec.
 */
export function withChanges(media: Media, { configurations, codecs }: Changes): Media {
  if (configurations.size === 0 && codecs.size === 0) return media;
  const tracks = media.tracks.map((track) => {
    if (track.kind !== 'audio' && track.kind !== 'video') return track;
    const pid = pidOf(track.stream);
    if (codecs.has(pid)) return { ...track, codecString: null, undecodable: OTHER_CODEC[track.kind] };
    return configurations.has(pid) ? { ...track, codecString: null } : track;
  });
  return { ...media, tracks };
}

const OTHER_CODEC = {
  video:
    'The video of this file goes on in another codec, or under another PID, midway: it cannot be followed.',
  audio: 'The audio of this file goes on in another codec midway: it cannot be followed.',
};

/** Reads a PID from ffmpeg's specifier of a track. */
const pidOf = (stream: string) => Number(/^i:(\d+)$/.exec(stream)?.[1]);
