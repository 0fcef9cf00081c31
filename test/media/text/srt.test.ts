import { expect } from 'chai';
import { parseText } from '../../../functions/stream/media/text/formats.ts';
import { srtCueText } from '../../../functions/stream/media/text/srt.ts';
import { type Expected, expectCues } from './expect-cues.ts';

type File = readonly [what: string, file: string | Buffer, cues: readonly Expected[], skipped?: number];

const TWO = '1\n00:00:01,000 --> 00:00:02,500\nOne\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n';
const TWO_CUES: readonly Expected[] = [
  [1, 2.5, 'One'],
  [3, 4, 'Two'],
];
const timed = (text: string) => `1\n00:00:01,000 --> 00:00:02,000\n${text}\n`;
const shown = (text: string, settings = ''): readonly Expected[] => [[1, 2, text, settings]];

const FILES: readonly File[] = [
  ['LF', TWO, TWO_CUES],
  ['CRLF', TWO.replaceAll('\n', '\r\n'), TWO_CUES],
  ['CR alone', TWO.replaceAll('\n', '\r'), TWO_CUES],
  ['CR CR LF', TWO.replaceAll('\n', '\r\r\n'), TWO_CUES],
  ['all line ends mixed', TWO.replace('\n', '\r\n').replace('One\n', 'One\r'), TWO_CUES],
  ['a blank line behind each line', TWO.replaceAll('\n', '\n\n'), TWO_CUES],
  ['a byte order mark', `\ufeff${TWO}`, TWO_CUES],
  [
    'marks of files that were joined',
    `\ufeff${TWO}\n\ufeff${TWO.replaceAll('00:00', '01:00')}`,
    [...TWO_CUES, [3601, 3602.5, 'One'], [3603, 3604, 'Two']],
  ],
  ['no line end at the end', TWO.trimEnd(), TWO_CUES],
  ['blank lines before and behind', `\n\n \n${TWO}\n\n\t\n`, TWO_CUES],
  ['blank lines of spaces', TWO.replaceAll('\n\n', '\n \t\n'), TWO_CUES],
  ['no numbers', TWO.replace(/^\d\n/gm, ''), TWO_CUES],
  ['no number once', TWO.replace('2\n00:', '00:'), TWO_CUES],
  [
    'numbers with gaps and repeats',
    `7\n${TWO.slice(2)}\n7\n00:00:05,000 --> 00:00:06,000\nThree`,
    [...TWO_CUES, [5, 6, 'Three']],
  ],
  ['no blank line between cues', TWO.replace('\n\n', '\n'), TWO_CUES],
  [
    'neither numbers nor blank lines',
    '00:00:01,000 --> 00:00:02,000\n10\n00:00:02,000 --> 00:00:03,000\n9',
    [
      [1, 2, '10'],
      [2, 3, '9'],
    ],
  ],
  [
    'a year as the last line',
    TWO.replace('One', 'One\n1984'),
    [
      [1, 2.5, 'One\n1984'],
      [3, 4, 'Two'],
    ],
  ],
  [
    'blank lines inside a text',
    TWO.replace('One', 'One\n\n\nand a half'),
    [
      [1, 2.5, 'One\nand a half'],
      [3, 4, 'Two'],
    ],
  ],
  ['an empty cue', TWO.replace('One', ''), [[3, 4, 'Two']]],
  ['dots in times', TWO.replaceAll(',', '.'), TWO_CUES],
  [
    'times in short',
    '1\n0:0:1,5 --> 0:0:2.25\nOne\n\n2\n00:03 --> 00:04,0\nTwo',
    [
      [1.5, 2.25, 'One'],
      [3, 4, 'Two'],
    ],
  ],
  [
    'spaces in times, short arrows',
    '1\n00: 00: 01, 000 -> 00:00:02 ,500\nOne\n\n2\n00:00:03,000-->00:00:04,000\nTwo',
    TWO_CUES,
  ],
  ['coordinates behind the times', timed('a').replace('\na', '  X1:201 X2:516 Y1:397 Y2:423\na'), shown('a')],
  ['settings behind the times', timed('a').replace('\na', ' line:0 foo:1\na'), shown('a', 'line:0')],
  ['hours of any length', '100:00:00,000 --> 1234:00:00,001\na', [[360_000, 4_442_400.001, 'a']]],
  [
    'times below 0',
    '1\n-00:00:02,000 --> -00:00:01,000\na\n\n2\n-00:00:01,000 --> 00:00:01,000\nb\n\n3\n00:00:-1,-500 --> 00:00:02,000\nc',
    [
      [0, 1, 'b'],
      [0, 2, 'c'],
    ],
  ],
  [
    'overlapping cues in disorder',
    '1\n00:00:05,000 --> 00:00:09,000\na\n\n2\n00:00:01,000 --> 00:00:06,000\nb\n\n3\n00:00:05,000 --> 00:00:07,000\nc',
    [
      [1, 6, 'b'],
      [5, 9, 'a'],
      [5, 7, 'c'],
    ],
  ],
  ['an end before its start', `1\n00:00:09,000 --> 00:00:08,000\nNever\n\n${TWO}`, TWO_CUES, 1],
  ['an end at its start', `1\n00:00:00,500 --> 00:00:00,500\nNever\n\n${TWO}`, TWO_CUES],
  [
    'times that are none',
    `1\n00:0O:00,000 --> 00:00:08,000\nNever\nat all\n\n2\n00:00:00 -->\nNever\n\n${TWO}`,
    TWO_CUES,
    2,
  ],
  ['words before the first cue', `Subtitles by somebody\n1998\n\n${TWO}`, TWO_CUES],
  ['tags', timed('<i>One</i> <B>two</B>\n<u>three</u>'), shown('<i>One</i> <b>two</b>\n<u>three</u>')],
  [
    'tags that are not closed or cross',
    timed('<i>One <b>two</i> three\n</u>'),
    shown('<i>One <b>two</b></i> <b>three</b>'),
  ],
  [
    'fonts and other tags of HTML',
    timed('<font color="#ff0000" face=\'a\'>One</font><br/><em>two</em> <span class=x>3</span>'),
    shown('One\n<i>two</i> 3'),
  ],
  [
    'what is no tag',
    timed('3 < 5 > 4 & <sighs> <3 R&B; --> x'),
    shown('3 &lt; 5 &gt; 4 &amp; &lt;sighs&gt; &lt;3 R&amp;B; --&gt; x'),
  ],
  [
    'entities',
    timed('A&amp;B &lt;i&gt; &#39;&#x41; &nbsp;x &bogus; &#0;'),
    shown("A&amp;B &lt;i&gt; 'A \u00a0x &amp;bogus;"),
  ],
  ['a place', timed('{\\an8}Up\n{\\an1}there'), shown('Up\nthere', 'line:0')],
  ['an old place', timed('{\\a5}Up'), shown('Up', 'line:0 align:start')],
  [
    'other tags of ASS',
    timed('{\\i1}One{\\i0} {\\c&HFF&\\pos(1,2)}two\\Nthree\\h4 {laughs} {y:i}5'),
    shown('<i>One</i> two\nthree\u00a04 {laughs} <i>5</i>'),
  ],
  ['UTF-16LE with a mark', Buffer.from(`\ufeff${TWO}`, 'utf16le'), TWO_CUES],
  [
    'UTF-16LE',
    Buffer.from(TWO.replace('One', 'Ünö'), 'utf16le'),
    [
      [1, 2.5, 'Ünö'],
      [3, 4, 'Two'],
    ],
  ],
  ['UTF-16BE with a mark', Buffer.from(`\ufeff${TWO}`, 'utf16le').swap16(), TWO_CUES],
  ['UTF-16BE', Buffer.from(TWO, 'utf16le').swap16(), TWO_CUES],
  [
    'Windows-1252',
    Buffer.from(TWO.replace('One', '\x93G\xfcte Stra\xdfe\x94 \x85'), 'latin1'),
    [
      [1, 2.5, '“Güte Straße” …'],
      [3, 4, 'Two'],
    ],
  ],
  ['zeros at the end', Buffer.concat([Buffer.from(TWO), Buffer.alloc(200)]), TWO_CUES],
  ['nothing', '', []],
  ['WebVTT by another name', `WEBVTT\n\nNOTE\n1\n\n${TWO.replaceAll(',', '.')}`, TWO_CUES],
];

describe('SRT', () => {
  for (const [what, file, cues, skipped = 0] of FILES) {
    it(`is read with ${what}`, async () => {
      expectCues(await parseText(Buffer.from(file as string), 'srt'), cues, skipped);
    });
  }

  it('converts the text of a block alone', () => {
    expect(srtCueText('{\\an9}<i>One</i>\r\n1 & 2')).to.deep.equal({
      text: '<i>One</i>\n1 &amp; 2',
      settings: 'line:0 align:end',
    });
  });

  it('ends with a clear limit at a million cues', async () => {
    const bomb = Buffer.from('0:1-->0:2\n'.repeat(999_999));
    const error = await parseText(bomb, 'srt').catch((thrown: unknown) => thrown);
    expect(error).to.include({ type: 'too-large', message: 'The text track has more than 100,000 cues.' });
  });

  it('ends with a clear limit at a large file', async () => {
    const error = await parseText(Buffer.alloc(10_000_001, 10), 'srt').catch((thrown: unknown) => thrown);
    expect(error).to.include({
      type: 'too-large',
      message: 'The text track has more than 10,000,000 bytes.',
    });
  });
});
