import { encodeAudio, PRIMING_FRAMES } from '../../engine/audio-frames.ts';
import { audioHead } from '../../engine/encoded-init.ts';
import type { SegmentContext } from '../../engine/segment-context.ts';
import { AAC_FRAME } from '../../media/codecs/aac.ts';
import { openCopyTrack } from '../../media/copy-track.ts';
import { createSampleLog, type SampleLog } from '../../media/isobmff/sample-log.ts';
import type { CopyTrack } from '../../media/model/copy-track.ts';
import type { Packet } from '../../media/model/packets.ts';
import type { FilmAudio } from '../../plan/film-export.ts';
import { firstCut } from '../../plan/grid.ts';
import type { BodyContext } from './body.ts';
import { copiedAudio, copiedHead, nearestCut } from './copied-audio.ts';

type OpenedAudio = {
  readonly log: SampleLog;
  /** Yields the audio before a time of the film, or to the end, in portions that are held in memory. */
  until(seconds: number | null): AsyncGenerator<Packet[], void, void>;
  close(): Promise<void>;
};

type Stretch = { readonly fromSeconds: number | null; readonly toSeconds: number | null };

/** Opens the audio of a stretch of a film, copied from the source if possible. */
export async function openFilmAudio(
  audio: FilmAudio,
  segmentContext: SegmentContext,
  context: BodyContext,
  stretch: Stretch,
): Promise<OpenedAudio> {
  const track = audio.copies === null ? null : await openTrack(audio.copies, segmentContext, context);
  return track === null ? openEncoded(audio, segmentContext, stretch) : openCopied(audio, track, stretch);
}

async function openTrack(
  trackIndex: number,
  { zeroSeconds }: SegmentContext,
  context: BodyContext,
): Promise<CopyTrack | null> {
  const opened = await openCopyTrack({ ...context, trackIndex, zeroSeconds, inspectsKeyframes: false });
  return 'whyNot' in opened ? null : opened;
}

function openEncoded(
  { rendition, frames, samples }: FilmAudio,
  context: SegmentContext,
  { fromSeconds, toSeconds }: Stretch,
): OpenedAudio {
  const { sampleRate } = rendition.source.audio;
  const frameAt = (seconds: number | null) =>
    seconds === null ? frames : Math.min(frames, Math.round((seconds * sampleRate) / AAC_FRAME));
  // The very first audio needs the encoder's priming.
  const first = fromSeconds === null ? -PRIMING_FRAMES : frameAt(fromSeconds);
  const packets = encodeAudio(
    rendition,
    { firstFrame: first, frameCount: frameAt(toSeconds) - first },
    context,
  );
  const log = createSampleLog({ ...audioHead(rendition), durationTicks: samples });
  return audioOf(log, packets, (seconds) => (frameAt(seconds) + PRIMING_FRAMES) * AAC_FRAME);
}

async function openCopied(
  { samples, rendition }: FilmAudio,
  track: CopyTrack,
  { fromSeconds, toSeconds }: Stretch,
): Promise<OpenedAudio> {
  const { timescale } = track.cuts;
  const end = samples / rendition.source.audio.sampleRate;
  const cutAt = (seconds: number | null) => nearestCut(track.cuts, Math.min(seconds ?? end, end));
  const first = fromSeconds === null ? firstCut(track.cuts) : cutAt(fromSeconds);
  const head = await copiedHead(track);
  const packets = copiedAudio(track, first, cutAt(toSeconds));
  // The packets count from another zero than the presentation.
  const offset = head.mediaTime - Math.round(head.delaySeconds * timescale);
  return audioOf(createSampleLog(head), packets, (seconds) => track.cuts.timeAt(cutAt(seconds)) + offset);
}

const MOST_HELD_BYTES = 1024 * 1024;

/** `endOf` returns, in ticks of the packets, the end of what is heard before a time. */
function audioOf(
  log: SampleLog,
  packets: AsyncGenerator<Packet, void, void>,
  endOf: (seconds: number | null) => number,
): OpenedAudio {
  let head: Packet | null = null;
  async function* until(seconds: number | null): AsyncGenerator<Packet[], void, void> {
    const end = seconds === null ? Number.POSITIVE_INFINITY : endOf(seconds);
    let held: Packet[] = [];
    let bytes = 0;
    for (;;) {
      const next: Packet | null = head ?? (await packets.next()).value ?? null;
      head = next;
      if (next === null || next.dts >= end) break;
      head = null;
      held.push(next);
      bytes += next.data.byteLength;
      if (bytes < MOST_HELD_BYTES) continue;
      yield held;
      held = [];
      bytes = 0;
    }
    if (held.length > 0) yield held;
  }
  return { log, until, close: async () => void (await packets.return()) };
}
