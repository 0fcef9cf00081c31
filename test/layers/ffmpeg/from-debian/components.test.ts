import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { INPUT_FORMATS } from '../../../../functions/stream/sandbox/input-formats.ts';
import { configureArguments } from '../../../../layers/ffmpeg/from-debian/components.ts';
import { needs } from '../../../../testing/needs.ts';

const ENGINE = fileURLToPath(new URL('../../../../functions/stream/engine/', import.meta.url));

/** Names that ffmpeg's command line has for what configure calls otherwise. */
const CONFIGURED: Readonly<Record<string, string>> = {
  libvpx: 'libvpx_vp8',
  'libvpx-vp9': 'libvpx_vp9',
  s16le: 'pcm_s16le',
  gray: 'rawvideo',
};

/** A codec of ours and a deadline of libvpx, which are an encoder and a filter as well. */
const OTHER_THINGS = ['opus', 'realtime'];

const enabled = (kind: string) => {
  const prefix = `--enable-${kind}=`;
  const argument = configureArguments().find((each) => each.startsWith(prefix)) ?? prefix;
  return argument.slice(prefix.length).split(',');
};

/** Everything that the engine's files say, without their comments. */
async function engineText(): Promise<string> {
  const files = (await readdir(ENGINE, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(files.map((name) => readFile(join(ENGINE, name), 'utf8')));
  return texts.join('\n').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

const namesIn = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => CONFIGURED[name] ?? name))].sort();

/** Names of a table that `ffmpeg -filters` and the like print. */
async function known(table: string): Promise<ReadonlySet<string>> {
  const { stdout } = await promisify(execFile)('/usr/bin/ffmpeg', ['-hide_banner', table]);
  return new Set(
    [...stdout.matchAll(/^ +[A-Z.|]+ +([\w-]+) /gm)].map(([, name = '']) => CONFIGURED[name] ?? name),
  );
}

describe('the built ffmpeg', () => {
  it('opens no files and reads no playlists, and has every format that inputs may be of', () => {
    expect(enabled('protocol')).to.have.members(['http', 'tcp', 'pipe']);
    const formats = INPUT_FORMATS.split(',').map(
      (name) => ({ mpeg: 'mpegps', webm: 'matroska' })[name] ?? name,
    );
    const images = ['image_jpeg_pipe', 'image_png_pipe', 'image_webp_pipe'];
    expect(enabled('demuxer')).to.have.members([...new Set(formats), ...images, 'pcm_s16le']);
  });

  it('is configured without a path of this machine', () => {
    expect(configureArguments().join(' ')).not.to.include('/');
  });

  // `ffmpeg -filters` tells filters from their options, which are written alike.
  for (const [kind, table, pattern] of [
    ['filter', '-filters', /(?<=[`',\]])([a-z]\w+)(?==|[,`'[])/g],
    ['encoder', '-encoders', /(?<=[`'])([a-z][\w-]+)(?=')/g],
    ['muxer', '-muxers', /'-f', '(\w+)'/g],
  ] as const) {
    it(`has every ${kind} that the engine names`, async function () {
      needs(this, 'ffmpeg');
      const all = await known(table);
      const named = namesIn(await engineText(), pattern).filter(
        (name) => all.has(name) && !OTHER_THINGS.includes(name),
      );
      expect(named).to.have.length.above(3);
      expect(named.filter((name) => !enabled(kind).includes(name))).to.deep.equal([]);
    });
  }
});
