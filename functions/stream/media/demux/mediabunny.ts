import type { Input } from 'mediabunny';
import { onAbort } from '../../base/abort.ts';
import { damaged, encrypted, Problem } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import type { ContainerTrack, OpenContainer, UnreadTrack } from '../model/container.ts';
import { CONTAINERS, type Container } from '../model/containers.ts';
import { knownLanguage, subtitleLabel } from '../model/label.ts';
import { readProgramMap } from '../transport/mpegts.ts';
import { boundedReads, containerOf, openDemuxer, type Reading, ReadLimit } from './demuxers.ts';
import { describeContainer, endOf } from './describe-container.ts';
import { type MatroskaTrack, readMatroskaHead } from './matroska.ts';
import { type Attempt, originOf, readTrack, withoutLast } from './mediabunny-track.ts';
import { readOggCodecs } from './ogg.ts';

/** Containers that a probe has left open, by what the request reads its file with: it opens each once. */
const leftOpen = new WeakMap<RandomAccess, OpenContainer>();

/**
 * Opens Matroska, WebM, MPEG-TS, Ogg, MP3, WAV, FLAC and ADTS files; null for all others, and for files with
 * a track that this demuxer does not know. Rejects with `encrypted`, with the source's own problems, and when
 * aborted.
 */
export async function openContainer(file: RandomAccess, signal: AbortSignal): Promise<OpenContainer | null> {
  signal.throwIfAborted();
  if (file.sizeBytes === 0) return null;
  const left = leftOpen.get(file);
  if (left !== undefined) {
    leftOpen.delete(file);
    left.limitReads(PROBE_BYTES);
    return left;
  }
  let reading: Reading = { file, signal };
  const reads = boundedReads({
    get file() {
      return reading.file;
    },
    get signal() {
      return reading.signal;
    },
  });
  reads.limit(PROBE_BYTES);
  const input = await openDemuxer(file, reads);
  signal.throwIfAborted();
  if (input === null) {
    if (reads.failure()) throw reads.failure();
    return null;
  }
  let release = onAbort(signal, () => input.dispose());
  const close = () => {
    release();
    input.dispose();
  };
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      reading.signal.throwIfAborted();
      throw reads.failure() ?? damageOf(error);
    }
  };
  try {
    const current: RandomAccess = {
      sizeBytes: file.sizeBytes,
      read: (start, end) => reading.file.read(start, end),
    };
    const opened = await openInput(input, current, attempt);
    if (!opened) {
      close();
      return null;
    }
    const container: OpenContainer = {
      ...opened,
      describe: () => describeContainer(container),
      limitReads: reads.limit,
      leaveTo(next, until) {
        // Other demuxers read ahead, and what they have begun would end with the old signal.
        if (reads.hasStopped() || CONTAINERS[container.container].index !== 'cues') return close();
        release();
        reading = { file: next, signal: until };
        release = onAbort(until, () => input.dispose());
        if (!until.aborted) leftOpen.set(next, container);
      },
      close,
    };
    return container;
  } catch (error) {
    close();
    signal.throwIfAborted();
    if (reads.failure()) throw reads.failure();
    if (error instanceof Problem && error.type === 'encrypted') throw error;
    // A file on which this demuxer fails may still be readable by another one.
    return null;
  }
}

/** Most bytes that opening a file may read: headers, the first packets, and a look at the end. */
const PROBE_BYTES = 16 * 2 ** 20;

type Opened = Omit<OpenContainer, 'describe' | 'limitReads' | 'leaveTo' | 'close'>;

function damageOf(error: unknown): unknown {
  if (error instanceof Problem || error instanceof ReadLimit) return error;
  return damaged('This file is damaged: its parts do not fit together.', { cause: error });
}

async function openInput(input: Input, file: RandomAccess, attempt: Attempt): Promise<Opened | null> {
  const container = containerOf(await input.getFormat());
  if (!container) return null;
  const roster = await readRoster(container, file);
  if (!roster) return null;
  const inputTracks = await input.getTracks();
  const origin = await originOf(container, inputTracks);
  const tracks: ContainerTrack[] = [];
  const others: UnreadTrack[] = [...roster.others];
  const counts = { video: 0, audio: 0 };
  for (const [position, inputTrack] of inputTracks.entries()) {
    const known = roster.known.get(inputTrack.id);
    const ordinal = inputTrack.isVideoTrack() ? `V:${counts.video++}` : `a:${counts.audio++}`;
    const header = {
      index: known?.index ?? position,
      stream: known?.stream ?? ordinal,
      language: known ? known.language : knownLanguage(await inputTrack.getLanguageCode()),
      isDefault: known?.isDefault ?? true,
    };
    const track = await readTrack(inputTrack, header, known?.matroska ?? null, origin, attempt);
    if (!track) return null;
    tracks.push(
      container === 'mpegts' && roster.isCutOff ? { ...track, packets: withoutLast(track.packets) } : track,
    );
  }
  for (const [id, known] of roster.known) {
    if (inputTracks.some((track) => track.id === id)) continue;
    const { index, stream, language } = known;
    others.push({ index, stream, language, isDefault: false, kind: 'unknown', codec: known.codec });
  }
  if (tracks.length === 0) return null;
  const endSeconds = () => attempt(() => endOf(input, container, file, origin, tracks));
  const { isCutOff } = roster;
  return {
    container,
    tracks: tracks.sort(byIndex),
    others: others.sort(byIndex),
    isCutOff,
    originSeconds: origin,
    endSeconds,
  };
}

/** All tracks of a file, as its own headers list them. */
type Roster = {
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
async function readRoster(container: Container, file: RandomAccess): Promise<Roster | null> {
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

function byIndex(a: { readonly index: number }, b: { readonly index: number }): number {
  return a.index - b.index;
}
