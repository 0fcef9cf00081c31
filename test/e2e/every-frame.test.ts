import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type CountedFrame, countedFrames, countingPicture } from '../../testing/counter-film.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';

const run = promisify(execFile);
const SECONDS = 1;

const PROBE = ['-v', 'error', '-show_entries', 'format=start_time', '-of', 'csv=p=0'];
type Asked = readonly [query: string, startSeconds: number];
type Row = readonly [
  extension: 'mkv' | 'ts',
  rate: string,
  sampleRate: number,
  videoLateSeconds: number,
  ...Asked[],
];

const MP4: Asked = ['height=32', 0];
const WEBM: Asked = ['format=webm&height=32', 0];
const LATER: Asked = ['height=32&start=0.417', 0.417];

/** Matroska's milliseconds, with AAC of both rates in front: the video starts 21 or 23 ms late, or as said here. */
const ROWS: readonly Row[] = [
  ['mkv', '24000/1001', 44_100, 0, MP4],
  ['mkv', '24000/1001', 48_000, 0, MP4],
  ['mkv', '24', 44_100, 0, MP4, LATER],
  ['mkv', '24', 48_000, 0, MP4, WEBM, LATER],
  ['mkv', '25', 44_100, 0, MP4],
  ['mkv', '25', 48_000, 0, MP4, LATER],
  ['mkv', '30', 44_100, 0, MP4],
  ['mkv', '30', 48_000, 0, MP4],
  ['mkv', '60', 44_100, 0, MP4, WEBM],
  ['mkv', '60', 48_000, 0, MP4],
  ['mkv', '24', 48_000, 0.313, MP4],
  ['mkv', '25', 48_000, 0.02, MP4],
  ['mkv', '60', 44_100, 0.155, MP4],
  // Frames decoded before the start are no reason to go on after the end.
  ['ts', '25', 48_000, 0, LATER],
];

describe('every frame of a film that is encoded as it streams', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-every-frame-'));
    service = await startService({ MEDIA_DIR: folder });
  });

  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const [extension, rate, sampleRate, late, ...asked] of ROWS) {
    it(`is shown once, in its time: ${extension}, ${rate}, AAC at ${sampleRate} Hz${late === 0 ? '' : `, ${late} s late`}`, async () => {
      const source = `${rate.replace('/', '-')}-${sampleRate}-${late}.${extension}`;
      const input = ['-itsoffset', String(late), ...countingPicture(rate, SECONDS)];
      const audio = ['-f', 'lavfi', '-i', `sine=r=${sampleRate}:d=${SECONDS}`];
      const output = [
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-g',
        '30',
        '-c:a',
        'aac',
        join(folder, source),
      ];
      await run('/usr/bin/ffmpeg', ['-v', 'error', ...input, ...audio, ...output]);
      const { stdout } = await run('/usr/bin/ffprobe', [...PROBE, join(folder, source)]);
      const shown = (await countedFrames(join(folder, source))).map(({ number, seconds }) => ({
        number,
        seconds: seconds - Number(stdout),
      }));
      for (const [query, startSeconds] of asked) {
        const answer = await fetch(`${service.url}/stream/${source}?${query}`);
        expect(answer.status, query).to.equal(200);
        const path = join(folder, `answer.${query.includes('webm') ? 'webm' : 'mp4'}`);
        await writeFile(path, Buffer.from(await answer.arrayBuffer()));
        expectEach(await countedFrames(path), shown, { startSeconds, frameSeconds: secondsOf(rate) }, query);
      }
    });
  }
});

/**
 * Checks that `encoded` has each frame of `source` from `startSeconds` on, within half a frame of its time.
 */
function expectEach(
  encoded: readonly CountedFrame[],
  source: readonly CountedFrame[],
  { startSeconds, frameSeconds }: { readonly startSeconds: number; readonly frameSeconds: number },
  query: string,
): void {
  const due = source.filter(({ seconds }) => seconds >= startSeconds);
  // The first visible frame stands in for the ones before it.
  const first = encoded.filter(({ number }) => number === encoded[0]?.number).length;
  const frames = encoded.slice(first - 1);
  expect(encoded[0]?.seconds, `${query}: the first frame`).to.equal(0);
  expect(
    frames.map(({ number }) => number),
    query,
  ).to.deep.equal(due.map(({ number }) => number));
  for (const [i, { number, seconds }] of frames.entries()) {
    const wanted = (due[i]?.seconds ?? Number.NaN) - startSeconds;
    expect(seconds, `${query}: frame ${number}`).to.be.closeTo(wanted, frameSeconds / 2 + 0.002);
  }
}

function secondsOf(rate: string): number {
  const [numerator, denominator] = rate.split('/').map(Number);
  return (denominator ?? 1) / (numerator ?? Number.NaN);
}
