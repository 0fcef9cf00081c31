import { videoHead } from '../../engine/encoded-init.ts';
import type { SegmentContext } from '../../engine/segment-context.ts';
import { encodedFrames } from '../../engine/segments.ts';
import { createSampleLog, logSamples, logText, type SampleLog } from '../../media/isobmff/sample-log.ts';
import type { Packet } from '../../media/model/packets.ts';
import type { FilmExport } from '../../plan/film-export.ts';
import { frameTime } from '../../plan/frame-grid.ts';
import type { Body, BodyContext, Span } from './body.ts';
import { openFilmAudio } from './film-audio.ts';

/**
 * Produces the GOPs of a film, each with the audio that is heard with it. It may end early, after a whole
 * GOP.
 */
export async function filmBody(recipe: FilmExport, span: Span, context: BodyContext): Promise<Body> {
  const { film, frames, groupFrames, zeroSeconds } = recipe;
  const { frameTicks } = film.source;
  const segmentContext: SegmentContext = { ...context, zeroSeconds };
  const frameSeconds = frameTicks / film.timescale;
  const endOfGroup = (group: number) => Math.min(frames, (group + 1) * groupFrames);
  const firstFrame = span.from * groupFrames;
  const lastFrame = endOfGroup(span.to - 1);
  const endsFilm = lastFrame === frames;
  const log = createSampleLog({
    ...(await videoHead(film, segmentContext)),
    durationTicks: frameTime(frames, film.source),
  });
  const audio =
    recipe.audio === null
      ? null
      : await openFilmAudio(recipe.audio, segmentContext, context, {
          fromSeconds: span.from === 0 ? null : firstFrame * frameSeconds,
          toSeconds: endsFilm ? null : lastFrame * frameSeconds,
        });
  let frameCount = 0;
  let next = span.from;

  async function* chunks(): AsyncGenerator<Uint8Array, void, void> {
    const part = { firstFrame, frameCount: lastFrame - firstFrame };
    const shown = encodedFrames(film, part, segmentContext);
    let position = 0;
    try {
      for (let group = span.from; group < span.to && !context.isTimeUp(); group++) {
        const seen: Packet[] = [];
        while (firstFrame + frameCount < endOfGroup(group)) {
          const { value, done } = await shown.next();
          if (done) break;
          seen.push(value);
          frameCount++;
          if (context.isTimeUp()) {
            // The rest of the group is produced again.
            frameCount = (group - span.from) * groupFrames;
            return;
          }
        }
        position = addPackets(log, position, seen);
        yield* seen.map(({ data }) => data);
        if (audio !== null) {
          const untilSeconds = endOfGroup(group) === frames ? null : endOfGroup(group) * frameSeconds;
          for await (const heard of audio.until(untilSeconds)) {
            position = addPackets(audio.log, position, heard);
            yield Buffer.concat(heard.map(({ data }) => data));
          }
        }
        next = group + 1;
      }
    } finally {
      await Promise.all([shown.return(), audio?.close()]);
    }
  }

  return {
    chunks: chunks(),
    secondsDone: () => frameCount * frameSeconds,
    finish: () => ({ index: [log, ...(audio === null ? [] : [audio.log])].map(logText).join('\n'), next }),
  };
}

function addPackets(log: SampleLog, position: number, packets: readonly Packet[]): number {
  return logSamples(
    log,
    position,
    packets.map(({ data, ...times }) => ({ ...times, sizeBytes: data.byteLength })),
  );
}
