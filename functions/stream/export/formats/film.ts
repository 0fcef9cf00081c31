import { videoHead } from '../../engine/encoded-init.ts';
import type { SegmentDesk } from '../../engine/segment-desk.ts';
import { pictures } from '../../engine/segments.ts';
import { createSampleLog, logSamples, logText, type SampleLog } from '../../media/isobmff/sample-log.ts';
import type { Packet } from '../../media/model/packets.ts';
import type { FilmExport } from '../../plan/film-export.ts';
import { frameTime } from '../../plan/frame-grid.ts';
import type { Body, BodyDesk, Span } from './body.ts';
import { openFilmSound } from './film-sound.ts';

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
    durationTicks: frameTime(frames, film.source),
  });
  const sound =
    recipe.sound === null
      ? null
      : await openFilmSound(recipe.sound, segmentDesk, desk, {
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
