import { expect } from 'chai';
import { fuzz } from '../../fuzz/session.ts';
import { needs, needsLinux } from '../../testing/needs.ts';

describe('the service under attack', function () {
  this.timeout(180_000);

  it('answers hostile requests and damaged files correctly: a short run of npm run fuzz', async function () {
    needs(this, 'corpus');
    // Processes, descriptors and memory are read from /proc.
    needsLinux(this);
    const { requests, mutants, sightings, faults } = await fuzz({
      seed: 7,
      requests: Array(800).keys(),
      mutants: Array(30).keys(),
      mostOriginalBytes: 110_000,
    });
    const { runtime, ffmpeg } = sightings.peaks;
    console.log(
      `      ${requests.total()} requests, ${mutants.total()} for damaged files; at the most ${runtime.toFixed(0)} MB ` +
        `resident in a runtime, ${ffmpeg.toFixed(0)} MB in ffmpeg`,
    );
    expect(faults).to.deep.equal([]);
    // If nothing is ever answered with success, nothing was attacked.
    const answered = Object.values({ ...requests.rows(), ...mutants.rows() }).filter(
      (row) => (row['200'] ?? 0) > 0,
    );
    expect(answered.length).to.be.at.least(12);
  });
});
