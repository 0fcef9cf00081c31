import { expect } from 'chai';
import { describeTimings, parsePlan, parseServerTiming } from '../../web/headers.ts';
import { bytes, clock, layout, milliseconds, rate, seconds } from '../../web/words.ts';

describe('the words of the player page', () => {
  const table: readonly (readonly [string, string])[] = [
    [bytes(0), '0 B'],
    [bytes(999), '999 B'],
    [bytes(1_000), '1.0 kB'],
    [bytes(123_456_789), '123 MB'],
    [bytes(1e17), '100000 TB'],
    [bytes(null), ''],
    [bytes(Number.NaN), ''],
    [rate(64_000), '64 kbit/s'],
    [rate(2_500_000), '2.5 Mbit/s'],
    [clock(-1), '0:00'],
    [clock(59.9), '0:59'],
    [clock(3_601), '1:00:01'],
    [seconds(null), ''],
    [seconds(0), ''],
    [seconds(1.25), '1.3 s'],
    [seconds(12.5), '13 s'],
    [milliseconds(999.4), '999 ms'],
    [milliseconds(1_234), '1.23 s'],
    [layout(2), 'stereo'],
    [layout(3), '3 channels'],
  ];
  for (const [index, [written, expected]] of table.entries()) {
    it(`are "${expected}" (${index})`, () => expect(written).to.equal(expected));
  }

  it('include the server’s timing of what took time', () => {
    const timings = parseServerTiming('stat;dur=12.3, probe;desc="disk";dur=4, none');
    expect(timings).to.deep.equal([
      { name: 'stat', duration: 12.3 },
      { name: 'probe', duration: 4 },
    ]);
    expect(describeTimings(timings)).to.equal('stat 12 ms · probe 4 ms');
  });

  it('split the plan from its reason', () => {
    const header = String.raw`transcode; video=h264:360; reason="the \"client\" wants $& less"`;
    expect(parsePlan(header)).to.deep.equal({
      plan: 'transcode; video=h264:360',
      reason: 'the "client" wants $& less',
    });
    expect(parsePlan('passthrough')).to.deep.equal({ plan: 'passthrough', reason: '' });
  });
});
