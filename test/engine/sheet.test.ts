import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { readLimits } from '../../functions/stream/base/limits.ts';
import type { Engine } from '../../functions/stream/engine/ffmpeg.ts';
import { encodeSheet } from '../../functions/stream/engine/sheet.ts';
import { planStoryboard } from '../../functions/stream/plan/storyboard-plan.ts';
import { parseParameters } from '../../functions/stream/route/parameters.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';
import { countedImage, countingPicture } from '../../testing/counter-film.ts';
import { openContext } from '../../testing/encoded.ts';
import { needs } from '../../testing/needs.ts';
import { ffmpeg } from '../../testing/verify.ts';

const SECONDS = 8;
const RATE = 24;

describe('encodeSheet', function () {
  this.timeout(60_000);
  let folder: string;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-sheet-'));
    const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '3'];
    const keyed = ['-g', String(RATE), '-keyint_min', String(RATE), '-sc_threshold', '0'];
    const fragmented = ['-movflags', '+frag_keyframe+empty_moov', join(folder, 'film.mp4')];
    await ffmpeg(...countingPicture(String(RATE), SECONDS), ...coding, ...keyed, ...fragmented);
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('takes one ffmpeg for a movie with more fragments than are read', async () => {
    const path = join(folder, 'film.mp4');
    const context = await openContext(path);
    const source = directorySource(dirname(path));
    const object = await source.stat('film.mp4', context.signal);
    const { movie } = context.probed;
    if (movie?.fragments == null) throw new Error('the film has no fragments');
    const unread = { ...movie, fragments: { ...movie.fragments, tables: null } };
    let runs = 0;
    const engine: Engine = {
      transcode(...args) {
        runs++;
        return context.engine.transcode(...args);
      },
    };
    const storyboard = planStoryboard({
      media: context.probed.media,
      sizeBytes: 1,
      parameters: parseParameters('storyboard', new URLSearchParams('interval=1')),
      limits: { ...readLimits({}), cores: 2 },
      secondsLeft: 60,
    });
    const given = { ...context, engine, source, object, probed: { ...context.probed, movie: unread } };
    const sheet = Buffer.from(await encodeSheet(storyboard, 0, given));
    const numbers = [];
    for (let i = 0; i < SECONDS; i++)
      numbers.push(await countedImage(sheet, [`crop=128:64:${(i % 3) * 128}:${Math.floor(i / 3) * 64}`]));
    expect(numbers).to.deep.equal(Array.from({ length: SECONDS }, (_, i) => i * RATE));
    expect(runs).to.equal(1);
  });
});
