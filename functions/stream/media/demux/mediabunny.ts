import { EncodedPacketSink, type Input, type InputTrack } from 'mediabunny';
import { onAbort } from '../../base/abort.ts';
import { damaged, Problem } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import type { ContainerPacket, ContainerTrack, OpenContainer, UnreadTrack } from '../model/container.ts';
import { CONTAINERS, type Container } from '../model/containers.ts';
import { knownLanguage } from '../model/label.ts';
import { boundedReads, containerOf, openDemuxer, type Reading, ReadLimit } from './demuxers.ts';
import { describeContainer, durationOf } from './describe-container.ts';
import { type Attempt, endAtLimit, readTrack } from './mediabunny-track.ts';
import { readRoster } from './track-list.ts';

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
  const durationSeconds = () => attempt(() => durationOf(input, container, file, origin, tracks));
  const { isCutOff } = roster;
  return {
    container,
    tracks: tracks.sort(byIndex),
    others: others.sort(byIndex),
    isCutOff,
    originSeconds: origin,
    durationSeconds,
  };
}

/**
 * Finds the origin of the file's timeline. Clocks of transport streams start anywhere, and so do those of
 * recordings that were cut out of a longer one; a start of less than a second is an offset between tracks.
 */
async function originOf(container: Container, tracks: readonly InputTrack[]): Promise<number> {
  const rule = CONTAINERS[container].origin;
  if (rule === 'zero') return 0;
  let origin = Number.POSITIVE_INFINITY;
  for (const track of tracks) {
    const first = await new EncodedPacketSink(track).getFirstPacket({ metadataOnly: true }).catch(endAtLimit);
    if (first) origin = Math.min(origin, first.timestamp);
  }
  if (!Number.isFinite(origin)) return 0;
  return rule === 'clock' || origin >= 1 ? origin : 0;
}

/**
 * Omits a stream's last packet, which ends only with the file: in a file that is cut off, the packet is as
 * well.
 */
function withoutLast(packets: ContainerTrack['packets']): ContainerTrack['packets'] {
  return async function* (fromSeconds) {
    let held: ContainerPacket | null = null;
    for await (const packet of packets(fromSeconds)) {
      if (held) yield held;
      held = packet;
    }
  };
}

function byIndex(a: { readonly index: number }, b: { readonly index: number }): number {
  return a.index - b.index;
}
