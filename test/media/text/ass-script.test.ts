import { expect } from 'chai';
import { joinScript, writeScript } from '../../../functions/stream/media/text/ass-script.ts';
import { scriptOf } from '../../../functions/stream/media/text/formats.ts';

const SIZE = { width: 640, height: 360 };
const cue = (text: string, settings = '') => ({ startSeconds: 1, endSeconds: 3_661.255, text, settings });

/** What stands behind the fields of the only dialogue. */
function written(text: string, settings = ''): string {
  const lines = writeScript([cue(text, settings)], SIZE, 'Some Font').split('\n');
  const dialogue = lines.find((line) => line.startsWith('Dialogue:')) ?? '';
  const fields = 'Dialogue: 0,0:00:01.00,1:01:01.26,Default,,0,0,0,,';
  expect(dialogue.startsWith(fields)).to.equal(true);
  return dialogue.slice(fields.length);
}

describe('writeScript', () => {
  it('gives letters the size of the video, and of an upright one no larger', () => {
    const style = (width: number, height: number) =>
      /^Style: Default,([^,]+),(\d+),/m.exec(writeScript([], { width, height }, 'Some Font'))?.slice(1);
    expect(style(640, 360)).to.deep.equal(['Some Font', '23']);
    expect(style(360, 640)).to.deep.equal(['Some Font', '18']);
  });

  it('lets Arabic and Hebrew run from the right', () => {
    const script = writeScript([cue('שלום!')], SIZE, 'Some Font');
    expect(script).to.match(/^Style: Default,.*,-1$/m);
  });

  for (const [text, script] of [
    ['a &amp; b &lt; c', 'a & b < c'],
    ['<b>a</b><i.x>b</i><v Anna>c</v>', '{\\b1}a{\\b0}{\\i1}b{\\i0}c'],
    ['two\nlines', 'two\\Nlines'],
    ['{\\p1}m 0 0{\\p0}', '\\{\\\u2060p1\\}m 0 0\\{\\\u2060p0\\}'],
    ['C:\\new \\N \\\\h', 'C:\\\u2060new \\\u2060N \\\u2060\\\u2060h'],
    ['a, "b": it\'s', 'a, "b": it\'s'],
    ['&#123;\\an8&#125;&#10;Dialogue: 0', '\\{\\\u2060an8\\}\\NDialogue: 0'],
    ['< &', '< &'],
    ['a\0b', 'ab'],
  ] as const) {
    it(`writes ${JSON.stringify(text)} as it is read`, () => expect(written(text)).to.equal(script));
  }

  for (const [settings, place] of [
    ['', ''],
    ['line:0', '{\\an8}'],
    ['line:50% align:start', '{\\an4}'],
    ['line:-1 align:end', '{\\an3}'],
    ['line:20%', '{\\an8\\pos(320,72)}'],
    ['line:20% position:25% align:start', '{\\an7\\pos(160,72)}'],
    ['line:2', '{\\an8\\pos(320,74)}'],
    ['position:90% align:right', '{\\an3\\pos(576,342)}'],
    ['vertical:rl', '{\\an2}'],
  ] as const) {
    it(`places ${settings || 'nothing'}`, () => expect(written('x', settings)).to.equal(`${place}x`));
  }
});

describe('joinScript', () => {
  const header =
    '[Script Info]\r\nScriptType: v4.00+\r\n[V4+ Styles]\r\nStyle: A,Arial\r\n\r\n[Events]\r\nFormat: x\r\n';
  const block = (text: string) => ({ startSeconds: 0.5, endSeconds: 1, data: Buffer.from(text) });

  it('puts blocks back as dialogues, and leaves out what is none', () => {
    const script = joinScript(header, [block('0,3,A,,0,0,0,,{\\i1}a, b\nc'), block('broken')]);
    expect(script.split('\n')).to.deep.equal([
      ...['[Script Info]', 'ScriptType: v4.00+', '[V4+ Styles]', 'Style: A,Arial', '', '[Events]'],
      'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
      'Dialogue: 3,0:00:00.50,0:00:01.00,A,,0,0,0,,{\\i1}a, b\\Nc',
      '',
    ]);
  });

  it('does without a header', () => {
    expect(joinScript('', [block('0,0,A,,0,0,0,,a')])).to.match(
      /^\[V4\+ Styles\]\n\n\[Events\]\nFormat.*\nDialogue: 0,.*a\n$/,
    );
    const late = joinScript('[Events]\n[V4 Styles]\nStyle: A', []);
    expect(late).to.match(/^\[V4\+ Styles\]\n\n\[Events\]\nFormat.*\n$/);
  });

  it('ends with no block, whatever stands in it', () => {
    const data = ['0,0,A,,0,0,0,,a\u2028b\0', '1,0,A,,0,0,0,,\0c'].map(block);
    const said = joinScript(header, data).split('\n').slice(-3);
    expect(said.map((line) => line.split(',,').at(-1))).to.deep.equal(['a\u2028b', 'c', '']);
  });
});

describe('scriptOf', () => {
  const script = '[Script Info]\n [V4 styles]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,A,,0,0,0,,é\n';

  it('returns ASS in any encoding as it is, whatever its name says, and nothing else', async () => {
    const utf16 = Buffer.concat([Buffer.from('\ufeff', 'utf16le'), Buffer.from(script, 'utf16le')]);
    expect(await scriptOf(Buffer.from(script), 'srt')).to.equal(script);
    expect(await scriptOf(utf16, 'ass')).to.equal(script);
    expect(await scriptOf(Buffer.from('1\n00:00:01,000 --> 00:00:02,000\na\n'), 'srt')).to.equal(null);
  });

  it('adds a section of styles, without which libass takes no script', async () => {
    const bare = script.replace(' [V4 styles]\n', '');
    expect(await scriptOf(Buffer.from(bare), 'ass')).to.equal(`[V4+ Styles]\n${bare}`);
  });

  it('refuses more dialogues than any film has', async () => {
    const type = ({ type }: { readonly type: string }) => type;
    for (const line of ['Dialogue: 0\n', `${' '.repeat(12)}\tDialogue: 0\r`]) {
      const bytes = Buffer.from(script + line.repeat(100_000));
      expect(await scriptOf(bytes, 'ass').catch(type)).to.equal('too-large');
    }
  });
});
