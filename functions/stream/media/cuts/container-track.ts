import { Readable } from 'node:stream';
import { damaged } from '../../base/problem.ts';
import { readMatroskaHead } from '../demux/matroska.ts';
import { readCues } from '../demux/matroska-cues.ts';
import { openContainer } from '../demux/mediabunny.ts';
import { fragment, initSegment } from '../isobmff/fragment-boxes.ts';
import type { OpenContainer } from '../model/container.ts';
import type { CopyTrack, CopyTrackInput, NoCopy, Segment } from '../model/copy-track.ts';
import type { Media } from '../model/media.ts';
import type { Packet } from '../model/packets.ts';
import { audioCuts } from './audio-cuts.ts';
import type { CutTrack, Look } from './cut-track.ts';
import { keyframeSizes } from './keyframe-sizes.ts';
import { listedCuts } from './listed-cuts.ts';
import { videoCuts } from './video-cuts.ts';

type Known = {
  readonly outcome: CutTrack | NoCopy;
  /** Undefined before the first look. */
  readonly look: Look | undefined;
};

/** Held per probe result, as long as that is cached. */
const known = new WeakMap<Media, Map<number, Known>>();

/**
 * Opens a track of a Matroska file, cut by the file's own index. The demuxer finds the packets of a segment.
 */
export async function openContainerTrack(media: Media, input: CopyTrackInput): Promise<CopyTrack | NoCopy> {
  const { trackIndex, zeroSeconds } = input;
  const { outcome, look } = await knownOf(media, input);
  if ('whyNot' in outcome) return outcome;
  const whyNot = look && 'whyNot' in look ? look : null;
  if (input.inspectsKeyframes && whyNot !== null) return whyNot;
  const seen = look && 'keyframeBytes' in look ? look.keyframeBytes : undefined;
  const { head, baseSeconds, cuts, bytesBefore } = outcome;
  const offset = Math.round((baseSeconds - zeroSeconds) * head.timescale);
  if ((cuts[0] ?? 0) + offset < 0) return { whyNot: 'it begins before the rest of the file' };
  const isVideo = head.kind === 'video';
  const later = (packet: Packet): Packet => ({
    ...packet,
    dts: packet.dts + offset,
    pts: packet.pts + offset,
  });
  // The first frame is shown from the presentation's zero on, as in the cuts of a movie.
  const fromZero = (packet: Packet): Packet => ({
    ...packet,
    dts: 0,
    pts: head.mediaTime,
    duration: packet.dts + packet.duration + offset,
  });
  const keyframeBytes = keyframeSizes(seen, bytesBefore);
  const lists = { trackIndex, timescale: head.timescale, times: cuts, offset, bytesBefore, keyframeBytes };
  const listed = listedCuts(lists);
  const timeAt = (cut: number) => (isVideo && cut === 0 ? 0 : listed.timeAt(cut));
  return {
    cuts: { ...listed, timeAt },
    head,
    init: () => initSegment([head]),
    segment: (from, to, sequenceNumber) =>
      live(input, async function* (container) {
        const packets = outcome.packets(container, from, to);
        const first = isVideo && from === 0 ? fromZero : later;
        yield* fragments(moved(packets, first, later), (sequenceNumber - 1) * MOST_FRAGMENTS + 1);
      }),
    iFrame: (cut, durationTicks, sequenceNumber) =>
      live(input, async function* (container) {
        for await (const { data, isSync } of outcome.packets(container, cut, cut + 1)) {
          const time = (cuts[cut] ?? 0) + offset + head.mediaTime;
          const packet = { data, dts: time, pts: time, duration: durationTicks, isSync };
          yield* fragment(sequenceNumber, [{ trackId: 1, packets: [packet] }]);
          return;
        }
      }),
  };
}

async function knownOf(media: Media, input: CopyTrackInput): Promise<Known> {
  const { trackIndex, inspectsKeyframes } = input;
  const tracks = known.get(media) ?? new Map<number, Known>();
  known.set(media, tracks);
  const entry = tracks.get(trackIndex);
  if (entry && (entry.look !== undefined || !inspectsKeyframes || 'whyNot' in entry.outcome)) return entry;
  const container = await opened(input);
  try {
    container.limitReads(LOOK_BYTES);
    const outcome = entry?.outcome ?? (await cut(input, container));
    const isLookedAt = inspectsKeyframes && !('whyNot' in outcome);
    const found = { outcome, look: isLookedAt ? await outcome.look(container) : undefined };
    tracks.set(trackIndex, found);
    return found;
  } finally {
    container.close();
  }
}

/** Bytes for the beginning, the end, and a few looks between them. */
const LOOK_BYTES = 64 * 2 ** 20;

async function cut(
  { access, trackIndex }: CopyTrackInput,
  container: OpenContainer,
): Promise<CutTrack | NoCopy> {
  const track = container.tracks.find(({ index }) => index === trackIndex);
  const head = await readMatroskaHead(access);
  const number = head?.tracks.find(({ index }) => index === trackIndex)?.number;
  if (track === undefined || number === undefined) return { whyNot: 'there is no such track' };
  if (track.kind === 'audio')
    return (await audioCuts(track)) ?? { whyNot: 'its packets have different lengths' };
  const cues = await readCues(access);
  if (cues === null || !cues.get(number)?.length) return { whyNot: 'the file has no index of its keyframes' };
  const outcome = await videoCuts(container, track, cues.get(number) ?? [], access.sizeBytes);
  return outcome ?? { whyNot: 'its frames cannot be found by the index of the file' };
}

async function opened({ access, signal }: CopyTrackInput): Promise<OpenContainer> {
  const container = await openContainer(access, signal);
  if (container === null) throw damaged('The file could not be read a second time.');
  container.limitReads(Number.POSITIVE_INFINITY);
  return container;
}

/** Opens a segment that is sent in fragments while it is written: no packet waits for the last one. */
function live(
  input: CopyTrackInput,
  make: (container: OpenContainer) => AsyncGenerator<Uint8Array, void, void>,
): Segment {
  return {
    sizeBytes: null,
    async open() {
      const bytes = whole();
      const first = await bytes.next();
      const rest = async function* () {
        if (first.done) return;
        yield first.value;
        yield* bytes;
      };
      // Also closes if its reader leaves before reading anything.
      return Readable.from(rest(), { objectMode: false }).once('close', () => void bytes.return());
    },
  };

  async function* whole(): AsyncGenerator<Uint8Array, void, void> {
    const container = await opened(input);
    try {
      yield* make(container);
    } finally {
      container.close();
    }
  }
}

async function* moved(
  packets: AsyncIterable<Packet>,
  first: (packet: Packet) => Packet,
  others: (packet: Packet) => Packet,
): AsyncGenerator<Packet, void, void> {
  let move = first;
  for await (const packet of packets) {
    yield move(packet);
    move = others;
  }
}

/** Bytes of a fragment of a larger segment. */
const FRAGMENT_BYTES = 2 * 2 ** 20;
const FRAGMENT_PACKETS = 4_096;
/** The most sequence numbers for a segment's fragments. */
const MOST_FRAGMENTS = 1_024;

async function* fragments(
  packets: AsyncIterable<Packet>,
  firstNumber: number,
): AsyncGenerator<Uint8Array, void, void> {
  let sequenceNumber = firstNumber;
  let run: Packet[] = [];
  let bytes = 0;
  for await (const packet of packets) {
    if (
      run.length > 0 &&
      (bytes + packet.data.byteLength > FRAGMENT_BYTES || run.length === FRAGMENT_PACKETS)
    ) {
      yield* fragment(sequenceNumber++, [{ trackId: 1, packets: run }]);
      run = [];
      bytes = 0;
    }
    run.push(packet);
    bytes += packet.data.byteLength;
  }
  yield* fragment(sequenceNumber, [{ trackId: 1, packets: run }]);
}
