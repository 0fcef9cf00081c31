import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sourceUnavailable } from '../../functions/stream/base/problem.ts';
import type { Body, Span } from '../../functions/stream/export/formats/body.ts';
import { type FinishedPart, headOf } from '../../functions/stream/export/formats/head.ts';
import { openBody } from '../../functions/stream/export/formats/open-body.ts';
import { planExport } from '../../functions/stream/plan/plan-export.ts';
import type { StreamParameters } from '../../functions/stream/route/stream-parameters.ts';
import { demoDirectory } from '../../local/function.ts';
import { openContext, withArguments } from '../../testing/encoded.ts';
import { bodyContext, exportQuestion } from '../../testing/export-input.ts';
import { decodedFrames, losslessly, onePass } from '../../testing/grid-frames.ts';
import { MOVING_PICTURE_AND_TONE } from '../../testing/moving-video.ts';
import { needs } from '../../testing/needs.ts';
import { problemOf } from '../../testing/problem.ts';
import { decode, ffmpeg, probedPackets } from '../../testing/verify.ts';

const DEMO = join(demoDirectory, 'video.mp4');

describe('the bodies of an export', function () {
  this.timeout(120_000);
  let folder: string;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-bodies-'));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  async function open(path: string, parameters: Partial<StreamParameters>) {
    const context = withArguments(await openContext(path), losslesslyIfFilm);
    const plan = planExport(exportQuestion(context, parameters));
    return { context, plan, recipe: plan.recipe };
  }

  const audios = [
    ['mp3', 30.016],
    ['flac', 30.016],
    ['wav', 30.016],
  ] as const;
  for (const [format, seconds] of audios) {
    it(`is as long as the audio, to the sample, in ${format}`, async () => {
      const { context, recipe } = await open(DEMO, { format });
      const body = await openBody(recipe, WHOLE, bodyContext(context, DEMO));
      const part = await drained(body);
      const head = headOf(recipe, [part], null);
      expect(head.seconds).to.equal(seconds);
      const path = join(folder, `audio.${format}`);
      await writeFile(path, Buffer.concat([head.bytes, part.bytes]));
      const decoded = await decode(path);
      expect(decoded.complaints).to.equal('');
      expect(decoded.seconds).to.equal(seconds);
    });
  }

  for (const container of ['mp4', 'mkv']) {
    it(`is the same film however invocations share it, with the audio copied out of ${container}`, async () => {
      const path = join(folder, `source.${container}`);
      await ffmpeg(
        ...MOVING_PICTURE_AND_TONE,
        '-t',
        '11',
        '-c:v',
        'libx264',
        '-g',
        '60',
        '-c:a',
        'aac',
        '-ac',
        '2',
        path,
      );
      const { context, plan, recipe } = await open(path, { format: 'mp4', height: 96 });
      const { groups } = plan;
      if (recipe.kind !== 'film' || groups === null) throw new Error('It is a film.');
      const parts: Drained[] = [];
      for (const span of [
        { from: 0, to: 2 },
        { from: 2, to: 3 },
        { from: 3, to: groups },
      ]) {
        parts.push(await drained(await openBody(recipe, span, bodyContext(context, path))));
      }
      const head = headOf(recipe, parts, null);
      const exported = join(folder, 'shared.mp4');
      const file = Buffer.concat([head.bytes, ...parts.map(({ bytes }) => bytes)]);
      const { hashes, complaints } = await decodedFrames([file], exported);
      expect(complaints).to.equal('');
      const { film, frames, zeroSeconds } = recipe.film;
      const wanted = await onePass(path, film, { ...context, zeroSeconds }, frames);
      expect(hashes).to.deep.equal(wanted);
      const [audio, source] = [(await probedPackets(exported)).get(1), (await probedPackets(path)).get(1)];
      // Matroska rounds its times to milliseconds.
      const shown = (packet: string) => (container === 'mkv' ? packet.split(' ').slice(2).join(' ') : packet);
      expect(audio?.map(shown)).to.deep.equal(source?.map(shown));
    });
  }

  it('ends after a whole GOP if the time is up, and another goes on from there', async () => {
    const { context, recipe } = await open(DEMO, { format: 'mp4', height: 96, durationSeconds: 9 });
    let looks = 0;
    // In the middle of the third GOP of 48 frames.
    const isTimeUp = () => ++looks > 120;
    const first = await drained(
      await openBody(recipe, { from: 0, to: 5 }, bodyContext(context, DEMO, isTimeUp)),
    );
    expect(first.next).to.equal(2);
    expect(first.seconds).to.equal(4);
    const rest = await drained(await openBody(recipe, { from: 2, to: 5 }, bodyContext(context, DEMO)));
    expect(rest.next).to.equal(5);
    const head = headOf(recipe, [first, rest], null);
    expect(head.seconds).to.equal(9);
    const path = join(folder, 'continued.mp4');
    await writeFile(path, Buffer.concat([head.bytes, first.bytes, rest.bytes]));
    expect(await decode(path)).to.deep.include({ complaints: '' });
    // Parts that do not follow each other do not form a film.
    expect(() => headOf(recipe, [rest, first], null)).to.throw('follow');
  });

  it('lasts as long as its only frame', async () => {
    const { context, recipe } = await open(DEMO, { format: 'webm', height: 96, durationSeconds: 0.02 });
    if (!('output' in recipe) || recipe.output.audio === null) throw new Error('It is a film with audio.');
    const mute = { ...recipe, output: { ...recipe.output, audio: null } };
    const part = await drained(await openBody(mute, WHOLE, bodyContext(context, DEMO)));
    expect(headOf(mute, [part], null).seconds).to.be.closeTo(1 / 24, 0.001);
  });

  it('breaks when it is aborted', async () => {
    const { context, recipe } = await open(DEMO, { format: 'webm', height: 96 });
    const controller = new AbortController();
    const stopped = { ...bodyContext(context, DEMO), signal: controller.signal };
    const body = await openBody(recipe, WHOLE, stopped);
    controller.abort(sourceUnavailable());
    expect((await problemOf(drained(body))).type).to.equal('source-unavailable');
  });
});

const WHOLE: Span = { from: 0, to: 1 };

type Drained = FinishedPart & { readonly bytes: Buffer; readonly next: number; readonly seconds: number };

async function drained(body: Body): Promise<Drained> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.chunks) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return { bytes, bodyBytes: bytes.length, seconds: body.secondsDone(), ...body.finish() };
}

function losslesslyIfFilm(output: readonly string[]): readonly string[] {
  return output.includes('-crf') ? losslessly(output) : output;
}
