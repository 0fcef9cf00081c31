import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Problem } from '../../functions/stream/base/problem.ts';
import { openCopyTrack } from '../../functions/stream/media/copy-track.ts';
import type { CopyTrack } from '../../functions/stream/media/model/copy-track.ts';
import { chosenCuts, openFile } from '../../testing/copies.ts';
import { ebmlPositions, headerPositions, mutant } from '../../testing/mutants.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { seeded } from '../../testing/seeded.ts';
import { fakeSource } from '../../testing/sources.ts';
import { ffmpeg } from '../../testing/verify.ts';

const MOST_BYTES = 64 * 1024 * 1024;

async function drain(track: CopyTrack): Promise<void> {
  const cuts = chosenCuts(track, 1);
  let written = track.init().byteLength;
  for (const [i, from] of cuts.slice(0, 40).entries()) {
    const to = cuts[i + 1];
    if (to === undefined) break;
    const segment = track.segment(from, to, i + 1);
    // Overlapping samples can add up to any size: no response carries that.
    if ((segment.sizeBytes ?? 0) > MOST_BYTES) continue;
    for await (const chunk of await segment.open()) written += (chunk as Uint8Array).byteLength;
    expect(written).to.be.below(4 * MOST_BYTES);
  }
}

type Outcome = 'segments' | 'none' | Problem['type'];

/** Does everything that copied segments need; throws errors that are no Problem. */
async function outcome(bytes: Buffer): Promise<Outcome> {
  const source = fakeSource(bytes);
  let result: Outcome = 'none';
  try {
    const opened = await openFile(source, 'film.mp4');
    for (const { kind, index } of opened.probed.media.tracks) {
      if (kind !== 'video' && kind !== 'audio') continue;
      const track = await openCopyTrack({ ...opened, trackIndex: index });
      if ('whyNot' in track) continue;
      await drain(track);
      result = 'segments';
    }
    return result;
  } catch (error) {
    if (error instanceof Problem) return error.type;
    throw error;
  }
}

describe('a damaged file that is to be cut', () => {
  let directory = '';
  before(async function () {
    needs(this, 'corpus', 'ffmpeg');
    directory = await mkdtemp(join(tmpdir(), 'sluice-mutants-'));
  });
  after(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  const video = ['-f', 'lavfi', '-i', 'testsrc2=s=128x72:r=24'];
  const audio = ['-f', 'lavfi', '-i', 'sine=r=48000', '-shortest', '-t', '5'];
  const coded = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-bf',
    '2',
    '-g',
    '24',
    '-c:a',
    'aac',
    '-b:a',
    '32k',
  ];
  const FILES: readonly (readonly [what: string, name: string, output: readonly string[]])[] = [
    ['an MP4', 'a.mp4', []],
    ['a fragmented MP4', 'b.mp4', ['-movflags', 'frag_keyframe+empty_moov']],
    ['a Matroska', 'c.mkv', []],
  ];
  for (const [i, [what, name, output]] of FILES.entries()) {
    it(`ends in segments or in a Problem, and never hangs: 100 mutants of ${what}`, async function () {
      this.timeout(120_000);
      const path = join(directory, name);
      await ffmpeg(...video, ...audio, ...coded, ...output, path);
      const original = await readFile(path);
      expect(await outcome(original), 'the file itself').to.equal('segments');
      const random = seeded(i + 40);
      const headers = name.endsWith('.mkv') ? ebmlPositions(original) : headerPositions(original);
      const outcomes = new Map<Outcome, number>();
      for (let round = 0; round < 100; round++) {
        const result = await outcome(mutant(original, headers, random));
        outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
      }
      console.log(`      ${[...outcomes].map(([result, count]) => `${count} ${result}`).join(', ')}`);
      const expected = ['segments', 'none', 'not-media', 'damaged-media', 'unsupported-media', 'encrypted'];
      expect(expected).to.include.members([...outcomes.keys()]);
      expect(outcomes.get('segments')).to.be.at.least(5);
    });
  }

  it('of the corpus is no exception', async function () {
    this.timeout(60_000);
    for (const name of [
      'broken/mutagen__truncated-64bit.mp4',
      'broken/mp4parse-rust__chunk_out_of_range.mp4',
    ]) {
      expect(await outcome(await readFile(`${corpusDirectory}/${name}`)), name).to.not.equal('segments');
    }
  });
});
