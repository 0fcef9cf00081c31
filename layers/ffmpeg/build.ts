import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import ffprobe from '@ffprobe-installer/ffprobe';

export type Architecture = 'arm64' | 'x86_64';
export type BuiltLayer = {
  readonly zipPath: string;
  readonly sha256Base64: string;
  readonly zipBytes: number;
  readonly unzippedBytes: number;
};

/** Stand-in: the programs of this machine, whatever the architecture. */
export async function buildFfmpegLayer({
  architecture,
  outDirectory,
}: {
  architecture: Architecture;
  outDirectory: string;
  binaries: string | null;
}): Promise<BuiltLayer> {
  const files = await Promise.all(
    [ffmpeg.path, ffprobe.path].map(async (path, i) => ({
      name: ['bin/ffmpeg', 'bin/ffprobe'][i] ?? '',
      bytes: await readFile(path),
      mode: 0o755,
    })),
  );
  const zip = storedZip(files);
  const zipPath = join(outDirectory, `ffmpeg-${architecture}.zip`);
  await mkdir(outDirectory, { recursive: true });
  await writeFile(zipPath, zip);
  return {
    zipPath,
    sha256Base64: createHash('sha256').update(zip).digest('base64'),
    zipBytes: zip.length,
    unzippedBytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}

/** Stand-in's zipper. */
export function storedZip(files: readonly { name: string; bytes: Buffer; mode: number }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, mode } of files) {
    const data = deflateRawSync(bytes, { level: 1 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(0x00210000, 6);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((0o100000 | mode) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, tail, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
