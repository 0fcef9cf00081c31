import { encrypted } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import type { UnreadTrack } from '../model/container.ts';
import { CONTAINERS, type Container } from '../model/containers.ts';
import { knownLanguage, subtitleLabel } from '../model/label.ts';
import { readProgramMap } from '../transport/mpegts.ts';
import { type MatroskaTrack, readMatroskaHead } from './matroska.ts';
import { readOggCodecs } from './ogg.ts';

/** All tracks of a file, as its own headers list them. */
export type Roster = {
  readonly known: Map<number, KnownTrack>;
  readonly others: readonly UnreadTrack[];
  readonly isCutOff: boolean;
};
type KnownTrack = {
  readonly index: number;
  readonly stream: string;
  readonly language: string | null;
  readonly isDefault: boolean;
  readonly codec: string;
  readonly matroska: MatroskaTrack | null;
};

const NO_STREAM = 65_535;

/**
 * Lists tracks by the demuxer's ids; null if the list would miss a video or an audio track, or their times.
 */
export async function readRoster(container: Container, file: RandomAccess): Promise<Roster | null> {
  const known = new Map<number, KnownTrack>();
  const others: UnreadTrack[] = [];
  let isCutOff = false;
  if (CONTAINERS[container].index === 'cues') {
    const head = await readMatroskaHead(file);
    isCutOff = head !== null && head.endBytes > file.sizeBytes;
    for (const track of head?.tracks ?? []) {
      if (track.isEncrypted) throw encrypted();
      const { index, streamIndex, codecId: codec, isDefault, isEnabled } = track;
      // No track that ffmpeg omits is ever requested from it.
      const stream = `${streamIndex ?? NO_STREAM}`;
      const language = knownLanguage(track.language);
      if (track.type === 'video' || track.type === 'audio') {
        if (track.isCompressed && isEnabled) return null;
        known.set(track.number, {
          index,
          stream,
          language,
          codec,
          isDefault: isDefault && isEnabled,
          matroska: track,
        });
      } else {
        const header = { index, stream, language, isDefault, codec };
        others.push(
          track.type === 'subtitle'
            ? { ...header, kind: 'subtitle', ...subtitleLabel(track.title, track) }
            : { ...header, kind: 'data' },
        );
      }
    }
  }
  if (container === 'mpegts') {
    const map = await readProgramMap(file);
    if (!map || map.streams.some((stream) => stream.kind === 'unreadable')) return null;
    if (map.isScrambled) throw encrypted();
    isCutOff = map.isCutOff;
    for (const { index, pid, kind, codec, language: code } of map.streams) {
      const language = knownLanguage(code);
      const stream = `i:${pid}`;
      if (kind === 'data') others.push({ index, stream, language, isDefault: false, kind, codec });
      else known.set(pid, { index, stream, language, codec, isDefault: true, matroska: null });
    }
  }
  if (container === 'ogg' && (await readOggCodecs(file)).includes('other')) return null;
  return { known, others, isCutOff };
}
