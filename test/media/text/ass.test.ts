import { expect } from 'chai';
import { assCueText } from '../../../functions/stream/media/text/ass.ts';
import { parseText } from '../../../functions/stream/media/text/formats.ts';
import { type Expected, expectCues } from './expect-cues.ts';

const STYLES = `[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Italic, Underline, Alignment, Encoding
Style: Default,Arial,20,&H00FFFFFF,0,0,0,2,1
Style: Thought,Arial,20,&H00FFFFFF,0,-1,0,2,1
Style: *Top,Arial,20,&H00FFFFFF,-1,0,0,8,1
`;
const HEADER = `[Script Info]\n; a comment\nPlayResX: 640\nPlayResY: 360\n\n${STYLES}`;
const EVENTS =
  '\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n';

const said = (text: string, style = 'Default') =>
  `Dialogue: 0,0:00:01.00,0:00:02.50,${style},,0,0,0,,${text}\n`;
const file = (...dialogues: string[]) => HEADER + EVENTS + dialogues.join('');
const shown = (text: string, settings = ''): readonly Expected[] => [[1, 2.5, text, settings]];

const FILES: readonly (readonly [
  what: string,
  file: string | Buffer,
  cues: readonly Expected[],
  skipped?: number,
])[] = [
  [
    'commas and what HTML would read',
    file(said('Well, 3 < 5, R&B, <i>')),
    shown('Well, 3 &lt; 5, R&amp;B, &lt;i&gt;'),
  ],
  ['line breaks', file(said(' One\\Ntwo\\nthree\\hfour\\N\\N ')), shown('One\ntwo three\u00a0four')],
  ['small n as a line break', file(said('One\\ntwo')).replace('; a', 'WrapStyle: 2\n; a'), shown('One\ntwo')],
  ['CRLF and a mark', `\ufeff${file(said('One\\Ntwo'))}`.replaceAll('\n', '\r\n'), shown('One\ntwo')],
  ['UTF-16', Buffer.from(`\ufeff${file(said('Ünö'))}`, 'utf16le'), shown('Ünö')],
  [
    'override tags',
    file(said('{\\i1}One{\\i0} {\\b700\\c&HFF&}two{\\b0} {\\u1}three{\\r} four')),
    shown('<i>One</i> <b>two</b> <u>three</u> four'),
  ],
  ['italics that a tag without a number ends', file(said('{\\i1}One{\\i} two')), shown('<i>One</i> two')],
  [
    'styles',
    file(said('One {\\i0}two{\\r} three{\\rTop} four', 'Thought')),
    shown('<i>One</i> two <i>three</i> <b>four</b>'),
  ],
  [
    'a style with a star and a place',
    file(said('Up', 'Top'), said('Also', '*Top')),
    [
      [1, 2.5, '<b>Up</b>', 'line:0'],
      [1, 2.5, '<b>Also</b>', 'line:0'],
    ],
  ],
  ['a style that is not there', file(said('One', 'Nobody')), shown('One')],
  [
    'places',
    file(said('{\\an7}a'), said('{\\an5}b{\\an1}'), said('{\\a11}c'), said('{\\an2}d', 'Top')),
    [
      [1, 2.5, 'a', 'line:0 align:start'],
      [1, 2.5, 'b', 'line:50%'],
      [1, 2.5, 'c', 'line:50% align:end'],
      [1, 2.5, '<b>d</b>'],
    ],
  ],
  [
    'positions',
    file(
      said('{\\pos(320,350)}a'),
      said('{\\an8\\pos(160,36)}b'),
      said('{\\an4\\move(64,180,90,180)}c\\Nd'),
      said('{\\an3\\pos(900,180)}e'),
    ),
    [
      [1, 2.5, 'a'],
      [1, 2.5, 'b', 'line:10% position:25%'],
      [1, 2.5, 'c\nd', 'line:44% position:10% align:start'],
      [1, 2.5, 'e', 'line:44% position:100% align:end'],
    ],
  ],
  [
    'drawings',
    file(said('{\\p1}m 0 0 l 10 10{\\c&HFF&} l 5 5{\\p0}Text'), said('{\\an5\\p2}m 1 1')),
    shown('Text'),
  ],
  ['karaoke', file(said('{\\k20}Ka{\\kf30}ra{\\K10}o{\\ko5}ke')), shown('Karaoke')],
  [
    'effects and transforms',
    file(said('{\\fad(200,200)\\t(0,500,\\fscx120\\1c&HFF&)\\clip(0,0,10,10)}One{comment}')),
    shown('One'),
  ],
  [
    'braces without a partner',
    file(said('a {\\i1}b{ c'), said('} \\{d')),
    [
      [1, 2.5, 'a <i>b{ c</i>'],
      [1, 2.5, '} {d'],
    ],
  ],
  [
    'layers of one text',
    file(said('{\\bord4}One'), said('{\\blur2}One'), said('Two')),
    [...shown('One'), ...shown('Two')],
  ],
  [
    'comments and other sections',
    `${file(`Comment: 0,0:00:01.00,0:00:02.00,,,,,,,No\n`, said('One'))}\n[Fonts]\nfontname: a.ttf\nM1234:[abc\n`,
    shown('One'),
  ],
  ['no format and no styles', `[Events]\n${said('One, two')}`, shown('One, two')],
  [
    'another order of fields',
    `[Events]\nFormat: start,end,TEXT\ndialogue:0:00:01.00, 0:00:02.50 ,One, two`,
    shown('One, two'),
  ],
  [
    'broken times',
    file(
      said('One').replace('0:00:02.50', '0:00:00.50'),
      said('Two').replace('0:00:01.00', 'soon'),
      'Dialogue: 0,1\n',
      said('One'),
    ),
    shown('One'),
    3,
  ],
  [
    'SSA',
    `[Script Info]\nScriptType: v4.00\n[V4 Styles]\nFormat: Name, Bold, Alignment\nStyle: Default,0,6\n[Events]\nFormat: Marked, Start, End, Style, Text\nDialogue: Marked=0,0:00:01.00,0:00:02.50,Default,One`,
    shown('One', 'line:0'),
  ],
];

describe('ASS', () => {
  for (const [what, bytes, cues, skipped = 0] of FILES) {
    it(`is read with ${what}`, async () => {
      expectCues(await parseText(Buffer.from(bytes as string), 'ass'), cues, skipped);
    });
  }

  it('is read from the blocks of Matroska', () => {
    expect(assCueText(HEADER, '12,0,Thought,,0,0,0,,{\\an8}Well, then')).to.deep.equal({
      text: '<i>Well, then</i>',
      settings: 'line:0',
    });
    expect(assCueText('', '12,0,Default,,0,0,0,,One\r\ntwo')).to.deep.equal({
      text: 'One\ntwo',
      settings: '',
    });
    expect(assCueText(HEADER, '')).to.deep.equal({ text: '', settings: '' });
  });

  it('ends with a clear limit at a million dialogues', async () => {
    const bomb = Buffer.from(`[Events]\n${'Dialogue:\n'.repeat(999_990)}`);
    const error = await parseText(bomb, 'ass').catch((thrown: unknown) => thrown);
    expect(error).to.include({ type: 'too-large', message: 'The text track has more than 100,000 cues.' });
  });
});
