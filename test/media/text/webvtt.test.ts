import { expect } from 'chai';
import type { Cue } from '../../../functions/stream/media/text/cue.ts';
import { parseText } from '../../../functions/stream/media/text/formats.ts';
import { writeWebVtt } from '../../../functions/stream/media/text/webvtt.ts';

const cue = (startSeconds: number, endSeconds: number, text: string, settings = ''): Cue => ({
  startSeconds,
  endSeconds,
  text,
  settings,
});

describe('WebVTT', () => {
  it('is written with the map of HLS, without names', () => {
    const cues = [cue(1, 2.5, 'One'), cue(3_599.9996, 360_000, '<i>Two</i>\nlines', 'line:0 align:start')];
    expect(writeWebVtt(cues, { timestampMap: true })).to.equal(
      'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n' +
        '\n00:00:01.000 --> 00:00:02.500\nOne\n' +
        '\n01:00:00.000 --> 100:00:00.000 line:0 align:start\n<i>Two</i>\nlines\n',
    );
  });

  it('is a header alone without cues', () => {
    expect(writeWebVtt([], { timestampMap: false })).to.equal('WEBVTT\n');
  });

  it('shows a cue of less than a millisecond', () => {
    expect(writeWebVtt([cue(1, 1.0001, 'x')], { timestampMap: false })).to.equal(
      'WEBVTT\n\n00:00:01.000 --> 00:00:01.001\nx\n',
    );
  });

  it('is the same when it is read and written again', async () => {
    const cues = [cue(0, 1, 'a &amp; <b>b</b>'), cue(1, 2, '3 &lt; 5 --&gt;', 'line:10% position:20%')];
    const text = writeWebVtt(cues, { timestampMap: true });
    expect(await parseText(Buffer.from(text), 'webvtt')).to.deep.equal({ cues, skipped: 0 });
  });
});
