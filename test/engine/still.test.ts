import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { readLimits } from '../../functions/stream/base/limits.ts';
import { encodeStill, type StillContext } from '../../functions/stream/engine/still.ts';
import { imageOutput } from '../../functions/stream/engine/still-arguments.ts';
import { planImage } from '../../functions/stream/plan/image-plan.ts';
import { parseParameters } from '../../functions/stream/route/parameters.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';
import { countedImage, countingPicture } from '../../testing/counter-film.ts';
import { openContext } from '../../testing/encoded.ts';
import { needs } from '../../testing/needs.ts';
import { ffmpeg } from '../../testing/verify.ts';

describe('encodeStill', function () {
  this.timeout(60_000);
  let folder: string;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-still-'));
    const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '25', '-pix_fmt', 'yuv420p'];
    const fragments = ['-movflags', '+frag_keyframe+empty_moov'];
    await ffmpeg(...countingPicture('25', 8), ...coding, ...fragments, join(folder, 'film.mp4'));
    await ffmpeg(...countingPicture('25', 8), ...coding, join(folder, 'plain.mp4'));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Opens a film, with what its source is asked for in bytes. */
  async function opened(name: string) {
    const path = join(folder, name);
    const source = directorySource(dirname(path));
    const read = { bytes: 0 };
    const counted: StillContext['source'] = {
      ...source,
      read(object, range, signal) {
        read.bytes += range.end - range.start;
        return source.read(object, range, signal);
      },
    };
    const context = await openContext(path);
    const object = await source.stat(name, context.signal);
    return { context: { ...context, source: counted, object } satisfies StillContext, read };
  }

  async function shown(context: StillContext, seconds: number): Promise<number> {
    const plan = planImage({
      media: context.probed.media,
      sizeBytes: 1,
      parameters: parseParameters('image', new URLSearchParams(`t=${seconds}&format=png`)),
      accept: null,
      hasCover: false,
      limits: { ...readLimits({}), cores: 2 },
      secondsLeft: 60,
    });
    if (plan.source.kind === 'cover' || plan.source.at.kind === 'auto')
      throw new Error('a frame was asked for');
    const { source } = plan;
    return countedImage(
      Buffer.from(await encodeStill({ ...source, ...plan.source.at }, imageOutput(source, plan), context)),
    );
  }

  it('reads the group of a frame, and nothing else of the media', async () => {
    const { context, read } = await opened('plain.mp4');
    const { sizeBytes } = context.object;
    expect(await shown(context, 4.1)).to.equal(102);
    expect(read.bytes).to.be.within(1, sizeBytes / 4);
  });

  it('begins at the fragment of a frame in a movie with more fragments than are read', async () => {
    const { context } = await opened('film.mp4');
    const { movie } = context.probed;
    if (movie?.fragments == null) throw new Error('the film has no fragments');
    const unread = { ...movie, fragments: { ...movie.fragments, tables: null } };
    const long = { ...context, probed: { ...context.probed, movie: unread } };
    const numbers = [];
    for (const seconds of [0, 1.01, 4.1, 7.99]) numbers.push(await shown(long, seconds));
    expect(numbers).to.deep.equal([0, 25, 102, 199]);
  });
});
