import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpusDirectory } from '../testing/needs.ts';
import { CANARY } from './hostile.ts';

/** A folder to serve, in a folder with a file that must not be served. */
export type MediaFolder = {
  readonly path: string;
  /** Its keys, encoded as in addresses. */
  readonly keys: readonly string[];
  remove(): Promise<void>;
};

const FILES: readonly (readonly [name: string, original: string])[] = [
  ['film.mp4', 'mp4/torchcodec__h264_10bits.mp4'],
  ['a/b c/fílm 片.mp4', 'mp4/media__sample_video_only.mp4'],
  ['~tilde&=+%41;film.mp4', 'mp4/torchcodec__h265_10bits.mp4'],
  ['audio.m4a', 'mp4/media__sample_opus.mp4'],
  ['clip.mkv', 'mkv/torchcodec__av1_video.mkv'],
  ['speech.amr', 'audio/media__sample_nb.amr'],
  ['stream.ts', 'ts/media__sample_h262_mpeg_audio.ts'],
  ['broken.mp4', 'broken/mp4parse-rust__chunk_out_of_range.mp4'],
  ['empty.mp3', 'broken/mutagen__emptyfile.mp3'],
  ['part.mp4', 'fmp4/media__sample_fragmented_seekable_multiple_sidx.mp4'],
];

export async function makeMediaFolder(): Promise<MediaFolder> {
  const outer = await mkdtemp(join(tmpdir(), 'sluice-fuzz-'));
  const path = join(outer, 'media');
  await mkdir(join(path, 'a/b c'), { recursive: true });
  for (const [name, original] of FILES) await copyFile(join(corpusDirectory, original), join(path, name));
  const secret = `the secret is ${CANARY}`;
  await writeFile(join(path, 'page.html'), '<script>alert(document.domain)</script>');
  for (const name of ['media/.secret', 'secret.mp4', 'media/.env'])
    await writeFile(join(outer, name), secret);
  await symlink(outer, join(path, 'outside'));
  await symlink(join(outer, 'secret.mp4'), join(path, 'link.mp4'));
  const keys = [...FILES.map(([name]) => name), 'page.html'];
  return {
    path,
    keys: keys.map((key) => key.split('/').map(encodeURIComponent).join('/')),
    remove: () => rm(outer, { recursive: true, force: true }),
  };
}
