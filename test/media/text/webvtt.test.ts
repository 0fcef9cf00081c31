import { expect } from 'chai';
import type { Cue } from '../../../functions/stream/media/text/cue.ts';
import { parseText } from '../../../functions/stream/media/text/formats.ts';
import { writeWebVtt } from '../../../functions/stream/media/text/webvtt.ts';
import { type Expected, expectCues } from './expect-cues.ts';

const cue = (startSeconds: number, endSeconds: number, text: string, settings = ''): Cue => ({
  startSeconds,
  endSeconds,
  text,
  settings,
});

const FILES: readonly (readonly [
  what: string,
  file: string | Buffer,
  cues: readonly Expected[],
  skipped?: number,
])[] = [
  [
    'all that is no cue',
    'WEBVTT Kind: captions\nLanguage: en\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:r\n\nNOTE 00:01.000 --> 00:02.000\nNo\n\nid 1\n00:01.000 --> 00:02.000\nOne\n\nNOTE\nNo\n',
    [[1, 2, 'One']],
  ],
  [
    'CRLF, a mark and no line end',
    '\ufeffWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nOne\r\ntwo',
    [[1, 2, 'One\ntwo']],
  ],
  ['a cue directly behind the header', 'WEBVTT\n00:01.000 --> 00:02.000\nOne', [[1, 2, 'One']]],
  [
    'no blank line between cues',
    'WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n100:00:03.000 --> 100:00:04.000\nTwo',
    [
      [1, 2, 'One'],
      [360_003, 360_004, 'Two'],
    ],
  ],
  [
    'settings, of which some are wrong',
    'WEBVTT\n\n00:01.000 --> 00:02.000 line:-1 position:10%,line-left size:101% region:r align:middle vertical:rl\nOne\n\n00:03.000 --> 00:04.000\tline:0,end  align:up\nTwo',
    [
      [1, 2, 'One', 'line:-1 position:10%,line-left align:center vertical:rl'],
      [3, 4, 'Two', 'line:0,end'],
    ],
  ],
  [
    'tags, also wrong ones',
    'WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Bob & Ann>Hi <c.red>there</v> <x>you</x> <i>and <00:01.500>me\n\n00:03.000 --> 00:04.000\n<ruby>a<rt>b</rt></ruby> <lang en>c</lang> </b>',
    [
      [1, 2, '<v.loud Bob &amp; Ann>Hi <c.red>there</c></v> you <i>and me</i>'],
      [3, 4, '<ruby>a<rt>b</rt></ruby> <lang en>c</lang>'],
    ],
  ],
  [
    'what is not escaped',
    'WEBVTT\n\n00:01.000 --> 00:02.000\nR&B &amp; 3 < 5 > 4 &nbsp;&bogus;',
    [[1, 2, 'R&amp;B &amp; 3 &lt; 5 &gt; 4 &nbsp;&amp;bogus;']],
  ],
  [
    'lines of spaces inside a text',
    'WEBVTT\n\n00:01.000 --> 00:02.000\n One \n  \ntwo',
    [[1, 2, 'One\ntwo']],
  ],
  [
    'broken times',
    'WEBVTT\n\n00:02.000 --> 00:01.000\nNo\n\n00:0x.000 --> 00:01.000\nNo\n\n00:01.000 --> 00:02.000\nOne',
    [[1, 2, 'One']],
    2,
  ],
  ['UTF-16', Buffer.from('\ufeffWEBVTT\n\n00:01.000 --> 00:02.000\nGröße', 'utf16le'), [[1, 2, 'Größe']]],
  ['SRT by another name', '1\n00:00:01,000 --> 00:00:02,000\nOne', [[1, 2, 'One']]],
];

describe('WebVTT', () => {
  for (const [what, file, cues, skipped = 0] of FILES) {
    it(`is read with ${what}`, async () => {
      expectCues(await parseText(Buffer.from(file as string), 'webvtt'), cues, skipped);
    });
  }

  it('is written with the map of HLS, without names', () => {
    const cues = [cue(1, 2.5, 'One'), cue(3_599.9996, 360_000, '<i>Two</i>\nlines', 'line:0 align:start')];
    expect(writeWebVtt(cues, { mediaSeconds: 0 })).to.equal(
      'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n' +
        '\n00:00:01.000 --> 00:00:02.500\nOne\n' +
        '\n01:00:00.000 --> 100:00:00.000 line:0 align:start\n<i>Two</i>\nlines\n',
    );
  });

  it('is a header alone without cues', () => {
    expect(writeWebVtt([], { mediaSeconds: null })).to.equal('WEBVTT\n');
  });

  it('shows a cue of less than a millisecond', () => {
    expect(writeWebVtt([cue(1, 1.0001, 'x')], { mediaSeconds: null })).to.equal(
      'WEBVTT\n\n00:00:01.000 --> 00:00:01.001\nx\n',
    );
  });

  it('is the same when it is read and written again', async () => {
    const cues = [
      cue(0, 1, 'a &amp; <b>b</b>'),
      cue(1, 2, '\u00a03 &lt; 5 --&gt;\u00a0', 'line:10% position:20%'),
    ];
    const text = writeWebVtt(cues, { mediaSeconds: 0 });
    expect(await parseText(Buffer.from(text), 'webvtt')).to.deep.equal({ cues, skipped: 0 });
  });
});
