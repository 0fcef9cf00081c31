import { expect } from 'chai';
import { parseText } from '../../../functions/stream/media/text/formats.ts';
import { type Expected, expectCues } from './expect-cues.ts';

const NAMES =
  'xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"';
const file = (body: string, { head = '', root = NAMES } = {}) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<tt ${root} xml:lang="en">\n<head>${head}</head>\n<body><div>\n${body}\n</div></body>\n</tt>\n`;
const said = (text: string, attributes = '') =>
  `<p begin="00:00:01.000" end="00:00:02.500" ${attributes}>${text}</p>`;
const shown = (text: string, settings = ''): readonly Expected[] => [[1, 2.5, text, settings]];
const HEAD = `<styling><style xml:id="base" tts:color="red" tts:textShadow=","/><style xml:id="thought" style="base constructor" tts:fontStyle="italic"/></styling>
<layout><region xml:id="top" tts:origin="10% 10%" tts:extent="80% 20%" tts:displayAlign="before"/>
<region xml:id="low" tts:origin="10% 40%" tts:extent="80% 50%" tts:displayAlign="after" tts:textAlign="left"/>
<region xml:id="mid"><style tts:origin="64px 180px"/><style tts:extent="100px 100px"/></region></layout>`;

const FILES: readonly (readonly [
  what: string,
  file: string | Buffer,
  cues: readonly Expected[],
  skipped?: number,
])[] = [
  ['line breaks and spaces', file(said('\n  One\n  two<br/>\n  three\n')), shown('One two\nthree')],
  ['spaces that stay', file(said('One\ntwo', 'xml:space="preserve"')), shown('One\ntwo')],
  [
    'entities',
    file(said('A &amp; B &lt;i&gt; &#8211;&nbsp;&#x2026; --&gt; <![CDATA[<b> & c]]>')),
    shown('A &amp; B &lt;i&gt; –\u00a0… --&gt; &lt;b&gt; &amp; c'),
  ],
  [
    'entities of its own',
    `<!DOCTYPE tt [<!ENTITY a "${'x'.repeat(99)}"><!ENTITY b "&a;&a;&a;">]>${file(said('&b; One'))}`,
    shown('&amp;b; One'),
  ],
  ['an ampersand and a sign that are not escaped', file(said('R&B < 5')), shown('R&amp;B &lt; 5')],
  [
    'styles',
    file(
      said(
        'One <span tts:fontWeight="bold">two <span tts:textDecoration="underline">three</span></span> <span style="thought">four</span>',
      ),
      { head: HEAD },
    ),
    shown('One <b>two <u>three</u></b> <i>four</i>'),
  ],
  [
    'a style that ends inside',
    file(said('One <span tts:fontStyle="normal">two</span>', 'style="thought"'), { head: HEAD }),
    shown('<i>One</i> two'),
  ],
  [
    'regions',
    file(
      said('a', 'region="top"') +
        said('b', 'region="low"') +
        said('c', 'region="mid"') +
        said('d', 'region="none" tts:textAlign="end"'),
      { head: HEAD, root: `${NAMES} tts:extent="640px 360px"` },
    ),
    [
      [1, 2.5, 'a', 'line:0'],
      [1, 2.5, 'b', 'align:left'],
      [1, 2.5, 'c', 'line:50%'],
      [1, 2.5, 'd', 'align:end'],
    ],
  ],
  [
    'times of all forms',
    file(
      '<p begin="1s" dur="500ms">a</p><p begin="0:00:02" end="0:00:03,5">b</p><p begin="00:00:04:12" end="125f">c</p><p begin="60000000t" end="0.002h">d</p><p begin="8" end="00:09">e</p>',
      { root: `${NAMES} ttp:frameRate="25" ttp:tickRate="10000000" ttp:timeBase="smpte"` },
    ),
    [
      [1, 1.5, 'a'],
      [2, 3.5, 'b'],
      [4.48, 5, 'c'],
      [6, 7.2, 'd'],
      [8, 9, 'e'],
    ],
  ],
  [
    'times of what is around',
    file('<div begin="10s" end="13s"><p begin="1s" end="2s">a</p><p begin="2s" end="5s">b</p><p>c</p></div>'),
    [
      [10, 13, 'c'],
      [11, 12, 'a'],
      [12, 13, 'b'],
    ],
  ],
  [
    'one after the other',
    file('<div timeContainer="seq"><p dur="1s">a</p><p dur="2s">b</p></div>'),
    [
      [0, 1, 'a'],
      [1, 3, 'b'],
    ],
  ],
  [
    'text that appears word by word',
    file(
      '<p begin="1s" end="4s"><span begin="0s">One</span> <span begin="1s">two</span><span begin="2s" end="2s">!</span></p>',
    ),
    [
      [1, 2, 'One'],
      [2, 4, 'One two'],
    ],
  ],
  ['no end', file('<p begin="1s">a</p>'), [[1, 359_999.999, 'a']]],
  [
    'broken times',
    file(`<p begin="soon" end="2s">a</p><p begin="3s" end="2s">b</p>${said('One')}`),
    shown('One'),
    2,
  ],
  [
    'hidden text and ruby',
    file(
      said(
        'One<span tts:display="none">no</span> <span tts:ruby="container"><span tts:ruby="base">kan</span><span tts:ruby="text">ji</span></span>',
      ) + said('no', 'tts:display="none"'),
    ),
    shown('One kan'),
  ],
  [
    'other elements',
    file(
      `<metadata xmlns="http://www.w3.org/ns/ttml#metadata"><p>no</p></metadata>${said('One<set tts:color="red"/><metadata>no</metadata>')}<x:y xmlns:x="z"><x:y>no</x:y></x:y>${said('Two')}`,
    ),
    [...shown('One'), ...shown('Two')],
  ],
  [
    'prefixes',
    '<a:tt xmlns:a="http://www.w3.org/ns/ttml" xmlns:b="http://www.w3.org/ns/ttml#styling"><a:body><a:div><a:p begin="1s" end="2.5s" b:fontStyle="italic">One</a:p></a:div></a:body></a:tt>',
    shown('<i>One</i>'),
  ],
  [
    'the namespace of a draft',
    file(said('One', 'tts:fontStyle="italic"')).replaceAll(
      'http://www.w3.org/ns/ttml',
      'http://www.w3.org/2006/10/ttaf1',
    ),
    shown('<i>One</i>'),
  ],
  [
    'no namespace',
    `<tt><body><div>${said('One', 'tts:fontStyle="italic"')}</div></body></tt>`,
    shown('<i>One</i>'),
  ],
  [
    'paragraphs outside of a division, and not closed',
    '<tt><body><p begin="1s" end="2.5s">One<p begin="3s" end="4s">Two</body></tt>',
    [...shown('One'), [3, 4, 'Two']],
  ],
  ['an end that is cut off', file(said('One') + said('Two')).split('Two')[0] ?? '', shown('One')],
  [
    'ISO 8859-1',
    Buffer.from(file(said('Gr\xf6\xdfe')).replace('UTF-8', 'ISO-8859-1'), 'latin1'),
    shown('Größe'),
  ],
  ['UTF-16', Buffer.from(`\ufeff${file(said('Größe'))}`, 'utf16le'), shown('Größe')],
];

describe('TTML', () => {
  for (const [what, bytes, cues, skipped = 0] of FILES) {
    it(`is read with ${what}`, async () => {
      expectCues(await parseText(Buffer.from(bytes as string), 'ttml'), cues, skipped);
    });
  }

  const REFUSED: readonly (readonly [what: string, file: string, type: string, message: string])[] = [
    [
      'a million paragraphs',
      file('<p/>'.repeat(999_999)),
      'too-large',
      'The text track has more than 100,000 cues.',
    ],
    [
      'deep nesting',
      `<tt><body>${'<div>'.repeat(500_000)}`,
      'unsupported-media',
      'The text track has elements that are nested too deep.',
    ],
    [
      'another kind of XML',
      '<html><body>One</body></html>',
      'damaged-media',
      'The text track cannot be read.',
    ],
  ];
  for (const [what, text, type, message] of REFUSED) {
    it(`ends with a clear limit at ${what}`, async () => {
      const error = await parseText(Buffer.from(text), 'ttml').catch((thrown: unknown) => thrown);
      expect(error).to.include({ type, message });
    });
  }
});
