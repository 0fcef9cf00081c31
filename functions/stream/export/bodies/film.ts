import { audioHead, videoHead } from '../../engine/encoded-init.ts';
import type { SegmentDesk } from '../../engine/segment-desk.ts';
import { pictures } from '../../engine/segments.ts';
import { encodeSound, PRIMING_FRAMES } from '../../engine/sound-frames.ts';
import { AAC_FRAME } from '../../media/containers/aac.ts';
import { type CopyTrack, openCopyTrack } from '../../media/copy-track.ts';
import { createSampleLog, logSamples, logText, type SampleLog } from '../../media/isobmff/sample-log.ts';
import type { Packet } from '../../media/packets.ts';
import type { FilmExport, FilmSound } from '../../plan/film-export.ts';
import { firstCut } from '../../plan/grid.ts';
import type { Body, BodyDesk, Span } from './body.ts';
import { copiedHead, copiedSound, nearestCut } from './copied-sound.ts';

/** A film's groups of pictures, each with the sound that is heard with it. It ends early behind a whole group. */
export async function filmBody(recipe: FilmExport, span: Span, desk: BodyDesk): Promise<Body> {
  const { film, frames, groupFrames, zeroSeconds } = recipe;
  const { frameTicks } = film.source;
  const segmentDesk: SegmentDesk = { ...desk, zeroSeconds };
  const frameSeconds = frameTicks / film.timescale;
  const endOfGroup = (group: number) => Math.min(frames, (group + 1) * groupFrames);
  const firstFrame = span.from * groupFrames;
  const lastFrame = endOfGroup(span.to - 1);
  const endsFilm = lastFrame === frames;
  const log = createSampleLog({
    ...(await videoHead(film, segmentDesk)),
    durationTicks: frames * frameTicks,
  });
  const sound =
    recipe.sound === null
      ? null
      : await openSound(recipe.sound, segmentDesk, desk, {
          fromSeconds: span.from === 0 ? null : firstFrame * frameSeconds,
          toSeconds: endsFilm ? null : lastFrame * frameSeconds,
        });
  let made = 0;
  let next = span.from;

  async function* chunks(): AsyncGenerator<Uint8Array, void, void> {
    const part = { firstFrame, frameCount: lastFrame - firstFrame };
    const shown = pictures(film, part, segmentDesk);
    let position = 0;
    try {
      for (let group = span.from; group < span.to && !desk.isTimeUp(); group++) {
        const seen: Packet[] = [];
        while (firstFrame + made < endOfGroup(group)) {
          const { value, done } = await shown.next();
          if (done) break;
          seen.push(value);
          made++;
          if (desk.isTimeUp()) {
            // What is left of the group is made again.
            made = (group - span.from) * groupFrames;
            return;
          }
        }
        position = addPackets(log, position, seen);
        yield* seen.map(({ data }) => data);
        if (sound !== null) {
          const untilSeconds = endOfGroup(group) === frames ? null : endOfGroup(group) * frameSeconds;
          for await (const heard of sound.until(untilSeconds)) {
            position = addPackets(sound.log, position, heard);
            yield Buffer.concat(heard.map(({ data }) => data));
          }
        }
        next = group + 1;
      }
    } finally {
      await Promise.all([shown.return(), sound?.close()]);
    }
  }

  return {
    chunks: chunks(),
    secondsDone: () => made * frameSeconds,
    finish: () => ({ index: [log, ...(sound === null ? [] : [sound.log])].map(logText).join('\n'), next }),
  };
}

function addPackets(log: SampleLog, position: number, packets: readonly Packet[]): number {
  return logSamples(
    log,
    position,
    packets.map(({ data, ...times }) => ({ ...times, sizeBytes: data.byteLength })),
  );
}

type OpenedSound = {
  readonly log: SampleLog;
  /** What is heard before a time of the film, or to the end; in pieces that are held in memory. */
  until(seconds: number | null): AsyncGenerator<Packet[], void, void>;
  close(): Promise<void>;
};

type Stretch = { readonly fromSeconds: number | null; readonly toSeconds: number | null };

async function openSound(
  sound: FilmSound,
  segmentDesk: SegmentDesk,
  desk: BodyDesk,
  stretch: Stretch,
): Promise<OpenedSound> {
  const track = sound.copies === null ? null : await openTrack(sound.copies, segmentDesk, desk);
  return track === null ? openEncoded(sound, segmentDesk, stretch) : openCopied(sound, track, stretch);
}

async function openTrack(
  trackIndex: number,
  { zeroSeconds }: SegmentDesk,
  desk: BodyDesk,
): Promise<CopyTrack | null> {
  const opened = await openCopyTrack({ ...desk, trackIndex, zeroSeconds, looksAtPictures: false });
  return 'whyNot' in opened ? null : opened;
}

function openEncoded(
  { rendition, frames, samples }: FilmSound,
  desk: SegmentDesk,
  { fromSeconds, toSeconds }: Stretch,
): OpenedSound {
  const { sampleRate } = rendition.source.sound;
  const frameAt = (seconds: number | null) =>
    seconds === null ? frames : Math.min(frames, Math.round((seconds * sampleRate) / AAC_FRAME));
  // The very first sound needs what the encoder puts before it.
  const first = fromSeconds === null ? -PRIMING_FRAMES : frameAt(fromSeconds);
  const packets = encodeSound(rendition, { firstFrame: first, frameCount: frameAt(toSeconds) - first }, desk);
  const log = createSampleLog({ ...audioHead(rendition), durationTicks: samples });
  return soundOf(log, packets, (seconds) => (frameAt(seconds) + PRIMING_FRAMES) * AAC_FRAME);
}

async function openCopied(
  { samples, rendition }: FilmSound,
  track: CopyTrack,
  { fromSeconds, toSeconds }: Stretch,
): Promise<OpenedSound> {
  const { timescale, times } = track.cuts;
  const end = samples / rendition.source.sound.sampleRate;
  const cutAt = (seconds: number | null) => nearestCut(track.cuts, Math.min(seconds ?? end, end));
  const first = fromSeconds === null ? firstCut(track.cuts.times) : cutAt(fromSeconds);
  const head = await copiedHead(track);
  const packets = copiedSound(track, first, cutAt(toSeconds));
  // Its packets count from elsewhere than the presentation.
  const shift = head.mediaTime - Math.round(head.delaySeconds * timescale);
  return soundOf(createSampleLog(head), packets, (seconds) => (times[cutAt(seconds)] ?? 0) + shift);
}

const MOST_HELD_BYTES = 1024 * 1024;

/** `endOf` tells, in ticks of the packets, what is heard before a time. */
function soundOf(
  log: SampleLog,
  packets: AsyncGenerator<Packet, void, void>,
  endOf: (seconds: number | null) => number,
): OpenedSound {
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
