import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { transformSync } from 'esbuild';
import { snippetsOf } from '../../web/snippets.ts';

const base = 'https://media.example';
const path = "films/it's%20&%20that.mp4";
const SUBJECT = {
  key: "films/it's & that.mp4",
  isSong: false,
  address: `${base}/stream/${path}?height=480&start=3`,
  hls: `${base}/hls/${path}/master.m3u8`,
  media: `${base}/media/${path}`,
  poster: `${base}/image/${path}?v=1`,
  image: `${base}/image/${path}?v=1&t=3.00`,
  embed: `${base}/embed/${path}`,
  page: `${base}/console/${path}`,
  origin: base,
  token: null,
  encryption: null,
} as const;
const film = snippetsOf(SUBJECT);
const code = (name: string) => film.get(name) ?? '';

describe('snippetsOf', () => {
  it('has one for each place where media is played', () => {
    expect([...film.keys()]).to.deep.equal([
      ...[
        'HTML',
        '<sluice-player>',
        'Embed',
        'hls.js',
        'video.js',
        'React',
        'AVPlayer (Swift)',
        'Media3 (Kotlin)',
      ],
      ...['curl', 'ffmpeg', 'yt-dlp', 'Thumbnail', 'sluice sign'],
    ]);
  });

  it('escapes addresses in HTML', () => {
    expect(code('HTML')).to.equal(
      `<video src="${base}/stream/films/it%27s%20&amp;%20that.mp4?height=480&amp;start=3" poster="${base}/image/films/it%27s%20&amp;%20that.mp4?v=1" controls playsinline></video>`,
    );
  });

  it('frames a player where other pages may', () => {
    expect(code('Embed')).to.contain(`src="${base}/embed/films/it%27s%20&amp;%20that.mp4"`);
  });

  it('lets a frame ask for the key of encrypted samples', () => {
    const allowed = (encryption: 'aes-128' | 'cbcs' | null) =>
      /allow="([^"]*)"/.exec(snippetsOf({ ...SUBJECT, encryption }).get('Embed') ?? '')?.[1];
    expect(allowed('cbcs')).to.equal('fullscreen; encrypted-media');
    expect([allowed('aes-128'), allowed(null)]).to.deep.equal(['fullscreen', 'fullscreen']);
  });

  it('names the key as it is where it is no address', () => {
    expect(code('<sluice-player>')).to.contain(
      `<sluice-player src="films/it's &amp; that.mp4" base="${base}">`,
    );
  });

  it('is code that can be parsed', () => {
    for (const name of ['hls.js', 'React']) {
      expect(transformSync(code(name), { loader: 'jsx' }).code, name).to.contain('it%27s');
    }
    const script = /<script>([^<]*)<\/script>/.exec(code('video.js'))?.[1] ?? '';
    expect(transformSync(script).code).to.contain('application/x-mpegURL');
  });

  it('is a command whose words a shell keeps together', () => {
    for (const [name, words] of [
      [
        'curl',
        ['-fL', '-o', "./it's & that.mp4", `${base}/stream/films/it%27s%20&%20that.mp4?height=480&start=3`],
      ],
      [
        'sluice sign',
        ['sluice', 'sign', "films/it's & that.mp4", '--route', 'console', '--expires', '2h', '--base', base],
      ],
    ] as const) {
      const command = code(name).split('\n').at(-1) ?? '';
      const [, ...rest] = command.split(' ');
      const shown = execFileSync('sh', ['-c', `printf '%s\\n' ${rest.join(' ')}`], { encoding: 'utf8' });
      expect(shown.trimEnd().split('\n')).to.deep.equal(words);
    }
  });

  it('names no player that would not play what is sent encrypted', () => {
    const names = (encryption: 'aes-128' | 'cbcs') => [...snippetsOf({ ...SUBJECT, encryption }).keys()];
    expect(names('cbcs')).to.deep.equal(['<sluice-player>', 'Embed', 'Thumbnail', 'sluice sign']);
    expect(names('aes-128')).to.include.members(['hls.js', 'AVPlayer (Swift)', 'yt-dlp', ...names('cbcs')]);
    // Their addresses are refused, or play in some browsers alone.
    for (const name of ['HTML', 'curl', 'ffmpeg']) expect(names('aes-128')).to.not.include(name);
  });

  it('is an audio element for a song, without a poster', () => {
    const subject = {
      key: 'a.mp3',
      address: `${base}/stream/a.mp3`,
      hls: '',
      media: '',
      embed: null,
      page: `${base}/~a.1.k.b/console/a.mp3`,
      origin: base,
      token: 'a.1.k.b',
      encryption: null,
    };
    const song = snippetsOf({ ...subject, isSong: true, poster: `${base}/image/a.mp3`, image: null });
    expect(song.get('Signed link')).to.equal(subject.page);
    expect(song.get('HTML')).to.equal(`<audio src="${base}/stream/a.mp3" controls playsinline></audio>`);
    expect(song.get('<sluice-player>')).to.contain(`base="${base}" token="a.1.k.b">`);
  });
});
