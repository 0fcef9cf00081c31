import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MOST_HOPS } from '../../functions/stream/export/job/work-event.ts';
import { planExport } from '../../functions/stream/plan/plan-export.ts';
import { errorsOf, heardInOnePass, heardInSegments } from '../../testing/audio-error.ts';
import { openContext, ownFfmpeg } from '../../testing/encoded.ts';
import { exportQuestion } from '../../testing/export-input.ts';
import { exportOf } from '../../testing/exports.ts';
import { decodedFrames, onePass } from '../../testing/grid-frames.ts';
import { type LogFields, linesWhich } from '../../testing/log-lines.ts';
import { MOVING_PICTURE } from '../../testing/moving-video.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const DEADLINE_SECONDS = 20;
const MINUTES = 10;
const FILM = 'ten minutes.mkv';
const MOST_AT_ONCE = 2;
/** Video and audio that never repeat: a part from the wrong place would be seen and heard. */
const RISING_TONE = ['-f', 'lavfi', '-i', "aevalsrc='0.3*sin(2*PI*(200*t+t*t/2))':s=48000"];

/** Changes ffmpeg's quality and nothing else: the decoder's frames are those that went into the encoder. */
const LOSSLESS = `#!/bin/bash
args=()
while [ $# -gt 0 ]; do
  case "$1" in
    -profile:v|-crf|-maxrate:v|-bufsize:v) shift 2 ;;
    -bf) args+=(-qp 0 -bf "$2"); shift 2 ;;
    *) args+=("$1"); shift ;;
  esac
done
exec FFMPEG "\${args[@]}"
`;

describe('an export that is too long for one invocation', function () {
  this.timeout(400_000);
  let folder: string;
  let derived: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-split-'));
    const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '72', '-pix_fmt', 'yuv420p'];
    await ffmpeg(
      ...[...MOVING_PICTURE, ...RISING_TONE, '-t', String(60 * MINUTES), ...video],
      ...['-c:a', 'flac', join(folder, FILM)],
    );
    const lossless = join(folder, '.lossless');
    await writeFile(lossless, LOSSLESS.replace('FFMPEG', await ownFfmpeg()));
    await chmod(lossless, 0o755);
    derived = await mkdtemp(join(tmpdir(), 'sluice-derived-'));
    service = await startService(
      {
        MEDIA_DIR: folder,
        DERIVED_DIR: derived,
        FFMPEG_PATH: lossless,
        MAX_EXPORT_INVOCATIONS: String(MOST_AT_ONCE),
      },
      { timeoutSeconds: DEADLINE_SECONDS, maxInstances: 4 },
    );
  });

  after(async () => {
    await service?.close();
    for (const each of [folder, derived])
      if (each !== undefined) await rm(each, { recursive: true, force: true });
  });

  it('takes several, and has the frames and the audio of a single pass', async () => {
    const query = 'format=mp4&height=144';
    const begun = Date.now();
    const { events, reconnects, file } = await exportOf(
      service,
      `/export/${encodeURIComponent(FILM)}?${query}`,
    );
    const took = (Date.now() - begun) / 1000;
    const done = events.at(-1);
    expect(done?.name, JSON.stringify(done)).to.equal('done');
    const { invocations, gbSeconds, bytesRead, durationSeconds } = done?.data ?? {};
    expect(invocations).to.be.above(1);
    // AWS would end a chain of sixteen; the trace of each event tells.
    expect(service.counters().longestChain).to.be.within(2, MOST_HOPS + 1);
    const shifts = await linesWhich(service, invocations, ({ message }) => message === 'work');
    expect(mostAtOnce(shifts)).to.be.at.most(MOST_AT_ONCE);
    const path = join(folder, 'export.mp4');
    await writeFile(path, file);

    const context = await openContext(join(folder, FILM));
    const { recipe } = planExport(exportQuestion(context, { format: 'mp4', height: 144 }));
    if (recipe.kind !== 'film' || recipe.film.audio === null) throw new Error('It is a film with audio.');
    const { film, frames, audio, zeroSeconds } = recipe.film;
    expect(frames).to.equal(MINUTES * 60 * 24);
    const at = { ...context, zeroSeconds };
    const [{ hashes, complaints }, wantedHashes] = await Promise.all([
      decodedFrames([file], path),
      onePass(join(folder, FILM), film, at, frames),
    ]);
    expect(complaints).to.equal('');
    expect(hashes.length).to.equal(frames);
    expect(new Set(hashes).size).to.equal(frames);
    expect(hashes).to.deep.equal(wantedHashes);

    const { channels } = audio.rendition;
    const [wanted, heard] = await Promise.all([
      heardInOnePass(join(folder, FILM), audio.rendition, at),
      heardInSegments([file], path, 0),
    ]);
    expect(heard.complaints).to.equal('');
    expect(heard.samples.length / channels).to.be.within(audio.samples, audio.samples + 1024);
    const errors = errorsOf(heard.samples, wanted, channels).slice(2, -2);
    const worst = errors.reduce((most, error) => Math.max(most, error), 0);
    const median = [...errors].sort((a, b) => a - b)[errors.length >> 1] ?? 0;
    console.log(
      `      ${invocations} invocations of at most ${DEADLINE_SECONDS} s, ${took.toFixed(0)} s in all, ${reconnects} times ` +
        `reconnected; ${gbSeconds} GB-s, ${bytesRead} bytes read; ${frames} of ${hashes.length} frames as in one pass; ` +
        `audio: worst frame ${worst.toFixed(1)}, median ${median.toFixed(1)} (of 32768)`,
    );
    expect(durationSeconds).to.equal(MINUTES * 60);
    // A click at a join is above 2000.
    expect(worst).to.be.below(100);
  });
});

/**
 * Of invocations by their lines in the log. One that has sent for the next ends a moment after that has
 * begun.
 */
function mostAtOnce(shifts: readonly LogFields[]): number {
  const spans = shifts.map(({ timestamp, seconds }) => {
    const end = Date.parse(String(timestamp)) / 1000;
    return { begin: end - Number(seconds), end: end - 0.5 };
  });
  const counts = spans.map(
    ({ begin }) => spans.filter((one) => one.begin <= begin && begin < one.end).length,
  );
  return Math.max(...counts);
}
