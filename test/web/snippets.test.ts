import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { transformSync } from 'esbuild';
import { snippetsOf } from '../../web/snippets.ts';

const base = 'https://media.example';
const path = "films/it's%20&%20that.mp4";
const film = snippetsOf({
  key: "films/it's & that.mp4",
  isSong: false,
  address: `${base}/stream/${path}?height=480&start=3`,
  hls: `${base}/hls/${path}/master.m3u8`,
  media: `${base}/media/${path}`,
  poster: `${base}/image/${path}?v=1`,
  image: `${base}/image/${path}?v=1&t=3.00`,
  embed: `${base}/embed/${path}`,
  origin: base,
  token: null,
});
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
      ...['curl', 'ffmpeg', 'yt-dlp', 'Thumbnail', 'Signed address'],
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
      ['Signed address', ['sluice', 'sign', "films/it's & that.mp4", '--expires', '2h', '--base', base]],
    ] as const) {
      const [, ...rest] = code(name).split(' ');
      const shown = execFileSync('sh', ['-c', `printf '%s\\n' ${rest.join(' ')}`], { encoding: 'utf8' });
      expect(shown.trimEnd().split('\n')).to.deep.equal(words);
    }
  });

  it('is an audio element for a song, without a poster', () => {
    const subject = {
      key: 'a.mp3',
      address: `${base}/stream/a.mp3`,
      hls: '',
      media: '',
      embed: null,
      origin: base,
      token: 'a.1.k.b',
    };
    const song = snippetsOf({ ...subject, isSong: true, poster: `${base}/image/a.mp3`, image: null });
    expect(song.get('HTML')).to.equal(`<audio src="${base}/stream/a.mp3" controls playsinline></audio>`);
    expect(song.get('<sluice-player>')).to.contain(`base="${base}" token="a.1.k.b">`);
  });
});
