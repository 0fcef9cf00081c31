import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { openContainer } from '../../../functions/stream/media/demux/mediabunny.ts';
import type { Media } from '../../../functions/stream/media/model/media.ts';
import type { RandomAccess } from '../../../functions/stream/source/bytes.ts';
import { corpusDirectory, needs } from '../../../testing/needs.ts';
import { problemOf } from '../../../testing/problem.ts';

const { signal } = new AbortController();

function inMemory(bytes: Uint8Array): RandomAccess & { readonly bytesRead: () => number } {
  let bytesRead = 0;
  return {
    sizeBytes: bytes.length,
    async read(start, end) {
      const part = bytes.subarray(start, end);
      bytesRead += part.length;
      return part;
    },
    bytesRead: () => bytesRead,
  };
}

async function describeBytes(bytes: Uint8Array): Promise<Media | null> {
  const container = await openContainer(inMemory(bytes), signal);
  try {
    return (await container?.describe()) ?? null;
  } finally {
    container?.close();
  }
}

/** Sums up the relevant facts in one line. */
function summary({ container, durationSeconds, tracks }: Media): string {
  const each = tracks.map((track) => {
    if (track.kind === 'audio') return `${track.codecString} ${track.channels}ch ${track.sampleRate}`;
    if (track.kind !== 'video') return `${track.kind} ${track.codec}`;
    const { displayWidth, displayHeight, frameRate, bitDepth, chroma, dynamicRange } = track;
    const rate = `${frameRate?.numerator}/${frameRate?.denominator}${frameRate?.constant ? '' : ' about'}`;
    return `${track.codecString} ${displayWidth}x${displayHeight} ${rate} ${bitDepth} ${chroma} ${dynamicRange}`;
  });
  return [container, durationSeconds?.toFixed(3) ?? 'unknown', ...each].join(' | ');
}

describe('openContainer on real files', () => {
  before(function () {
    needs(this, 'corpus');
  });

  const files: readonly [string, string][] = [
    ['audio/audio-lena__lena-24.wav', 'wav | 12.272 | pcm-s24 1ch 44100'],
    ['audio/audio-lena__lena.aac', 'adts | 12.330 | mp4a.40.2 1ch 44100'],
    ['audio/audio-lena__lena.flac', 'flac | 12.272 | flac 1ch 44100'],
    ['audio/audio-lena__lena.mp3', 'mp3 | 12.304 | mp3 1ch 44100'],
    ['audio/audio-lena__lena.ogg', 'ogg | 12.272 | vorbis 1ch 44100'],
    ['audio/audio-lena__lena.opus', 'ogg | 12.272 | opus 1ch 48000'],
    ['audio/flac-test-file__01_-_changing_samplerate.flac', 'flac | unknown | flac 2ch 32000'],
    ['audio/flac-test-file__56_-_JPG_PICTURE.flac', 'flac | 4.989 | flac 2ch 44100'],
    ['audio/media__bear-vbr-xing-header.mp3', 'mp3 | 2.808 | mp3 2ch 48000'],
    ['audio/mediabunny__Toothsome-Meme.VBRv2.mp3', 'mp3 | 38.568 | mp3 2ch 24000'],
    [
      'mkv/media__sample_with_ass_subtitles.mkv',
      'matroska | 1.072 | avc1.640034 1080x720 30/1 8 4:2:0 sdr | ac-3 1ch 44100 | subtitle S_TEXT/ASS',
    ],
    ['mkv/media__sample_with_dts_hd_ma.mkv', 'matroska | 1.003 | dtsh 8ch 48000'],
    [
      'mkv/mediabunny__annex-b-avc.mkv',
      'matroska | 35.196 | avc1.424028 1920x1080 21375/1000 about 8 4:2:0 sdr',
    ],
    ['mkv/torchcodec__av1_video.mkv', 'matroska | 5.000 | av01.0.01M.08 640x360 25/1 8 4:2:0 sdr'],
    ['webm/media__bbb_1ch_48kHz_q10_opus.webm', 'webm | 3.008 | opus 1ch 48000'],
    [
      'webm/media__bbb_642x642_768kbps_30fps_vp9.webm',
      'webm | 2.967 | vp09.00.30.08.01.02.02.02.00 642x642 30/1 8 4:2:0 sdr',
    ],
    ['ts/mediabunny__0.ts', 'mpegts | 4.992 | avc1.640020 720x720 60/1 8 4:2:0 hlg | mp4a.40.2 2ch 48000'],
  ];
  for (const [name, expected] of files) {
    it(name, async () => {
      const media = await describeBytes(await readFile(`${corpusDirectory}/${name}`));
      expect(media && summary(media)).to.equal(expected);
    });
  }

  it('begins the timeline of a transport stream at its earliest packet', async () => {
    const media = await describeBytes(await readFile(`${corpusDirectory}/ts/mediabunny__0.ts`));
    expect(media?.tracks.map(({ startSeconds }) => startSeconds.toFixed(4))).to.deep.equal([
      '0.0213',
      '0.0000',
    ]);
  });

  it('leaves files that it would describe in part to other readers', async () => {
    for (const name of [
      'ts/media__sample_h262_mpeg_audio.ts',
      'mp4/media__sample_opus.mp4',
      'legacy/media__sample.avi',
    ]) {
      expect(await describeBytes(await readFile(`${corpusDirectory}/${name}`)), name).to.equal(null);
    }
  });

  it('reads the start of a long file, and not all of it', async () => {
    const film = await readFile(`${corpusDirectory}/ts/mediabunny__0.ts`);
    const file = inMemory(Buffer.concat(Array.from({ length: 40 }, () => film)));
    const container = await openContainer(file, signal);
    await container?.describe();
    container?.close();
    expect(file.sizeBytes).to.be.greaterThan(70e6);
    expect(file.bytesRead()).to.be.lessThan(25e6);
  });

  it("passes on its source's failure", async () => {
    const bytes = await readFile(`${corpusDirectory}/ts/mediabunny__0.ts`);
    const failure = new Error('the store is gone');
    const read = async (start: number, end: number) => {
      if (end > 100_000) throw failure;
      return bytes.subarray(start, end);
    };
    const outcome = await openContainer({ sizeBytes: bytes.length, read }, signal)
      .then((container) => container?.describe())
      .catch((error: unknown) => error);
    expect(outcome).to.equal(failure);
  });

  it('ends with its signal', async () => {
    const bytes = await readFile(`${corpusDirectory}/ts/mediabunny__0.ts`);
    const controller = new AbortController();
    const container = await openContainer(inMemory(bytes), controller.signal);
    controller.abort(new Error('enough'));
    const outcome = await container?.describe().catch((error: unknown) => error);
    expect(outcome).to.equal(controller.signal.reason);
  });

  it('is left open for a request, which reads on with its own signal', async () => {
    const bytes = await readFile(`${corpusDirectory}/mkv/mediabunny__annex-b-avc.mkv`);
    const [probe, request] = [new AbortController(), new AbortController()];
    const left = await openContainer(inMemory(bytes), probe.signal);
    await left?.describe();
    const file = inMemory(bytes);
    left?.leaveTo(file, request.signal);
    probe.abort(new Error('the probe has ended'));
    const reopened = await openContainer(file, request.signal);
    expect(reopened).to.equal(left);
    const counts = async () => {
      let packets = 0;
      for await (const _ of reopened?.tracks[0]?.packets() ?? []) packets++;
      return packets;
    };
    reopened?.limitReads(Number.POSITIVE_INFINITY);
    const fresh = await openContainer(inMemory(bytes), request.signal);
    let wanted = 0;
    for await (const _ of fresh?.tracks[0]?.packets() ?? []) wanted++;
    expect([await counts(), file.bytesRead() > 0]).to.deep.equal([wanted, true]);
    // Once only.
    expect(await openContainer(file, request.signal)).to.not.equal(left);
    request.abort(new Error('the client has left'));
    expect(await counts().catch((error: unknown) => error)).to.equal(request.signal.reason);
  });

  it('is not left open after a read that its limit has ended', async () => {
    const bytes = await readFile(`${corpusDirectory}/mkv/mediabunny__annex-b-avc.mkv`);
    const container = await openContainer(inMemory(bytes), signal);
    container?.limitReads(0);
    for await (const _ of container?.tracks[0]?.packets() ?? []);
    const file = inMemory(bytes);
    container?.leaveTo(file, signal);
    expect(await openContainer(file, signal)).to.not.equal(container);
  });
});

/** Writes EBML elements with sizes of four bytes. */
function element(id: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(0x10000000 + body.length);
  return Buffer.concat([Buffer.from(id, 'hex'), size, body]);
}
const byte = (value: number) => Uint8Array.of(value);
const header = element('1a45dfa3', element('4282', Buffer.from('matroska')));
const video = element('e0', element('b0', byte(64)), element('ba', byte(64)));
const entry = (...parts: Uint8Array[]) =>
  element(
    'ae',
    element('d7', byte(1)),
    element('83', byte(1)),
    element('86', Buffer.from('V_VP8')),
    video,
    ...parts,
  );
const keyFrame = Uint8Array.of(0x10, 2, 0, 0x9d, 0x01, 0x2a, 64, 0, 64, 0, 1, 2, 3);
const cluster = element(
  '1f43b675',
  element('e7', byte(0)),
  element('a3', Uint8Array.of(0x81, 0, 0, 0x80), keyFrame),
);

describe('openContainer on synthetic ADTS', () => {
  // AAC-LC, 44.1 kHz, stereo, and a length of zero: the next frame is the frame itself.
  const standing = Buffer.from('fff1508000001c', 'hex');

  it('ends at a frame that claims no length', async () => {
    const file = Buffer.concat([standing, Buffer.alloc(500)]);
    const problem = await problemOf(describeBytes(file));
    expect(problem.type).to.equal('damaged-media');
  });

  it('hears of its signal among more tags than it can count', async () => {
    const controller = new AbortController();
    const file = Buffer.alloc(4 * 2 ** 20, Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'));
    const opening = openContainer(inMemory(file), controller.signal);
    setImmediate(() => controller.abort(new Error('It takes too long.')));
    const outcome = await opening.catch((error: unknown) => error);
    expect(String(outcome)).to.equal('Error: It takes too long.');
  });
});

describe('openContainer on FLAC', () => {
  it('knows no length if the demuxer takes the number of samples for negative', async function () {
    needs(this, 'corpus');
    const file = await readFile(`${corpusDirectory}/audio/audio-lena__lena.flac`);
    // The lower 32 of the 36 bits that count samples (RFC 9639 §8.2).
    file.writeUInt32BE(0x8000_0000, 22);
    expect((await describeBytes(file))?.durationSeconds).to.equal(null);
  });
});

describe('openContainer on synthetic Matroska files', () => {
  it('refuses encrypted tracks', async () => {
    const encodings = element('6d80', element('6240', element('5033', byte(1)), element('5035')));
    const file = Buffer.concat([header, element('18538067', element('1654ae6b', entry(encodings)), cluster)]);
    const problem = await problemOf(openContainer(inMemory(file), signal));
    expect(problem.type).to.equal('encrypted');
  });

  it('leaves packets that are to be inflated to others', async () => {
    const encodings = element('6d80', element('6240', element('5034', element('4254', byte(0)))));
    const file = Buffer.concat([header, element('18538067', element('1654ae6b', entry(encodings)), cluster)]);
    expect(await openContainer(inMemory(file), signal)).to.equal(null);
  });

  it('believes no length that would be longer than the history of the world', async () => {
    const declared = Buffer.alloc(8);
    declared.writeDoubleBE(1e200);
    const info = element('1549a966', element('4489', declared));
    const file = Buffer.concat([header, element('18538067', info, element('1654ae6b', entry()), cluster)]);
    const media = await describeBytes(file);
    expect(media?.tracks).to.have.length(1);
    expect(media?.durationSeconds ?? 0).to.be.below(1);
  });

  it('leaves video and audio of impossible sizes to other readers', async () => {
    const huge = Buffer.from('55b14e1bd2f08000', 'hex');
    const track = (type: number, codec: string, ...parts: Uint8Array[]) => {
      const about = [element('d7', byte(1)), element('83', byte(type)), element('86', Buffer.from(codec))];
      return element('1654ae6b', element('ae', ...about, ...parts));
    };
    for (const tracks of [
      track(1, 'V_VP9', element('e0', element('b0', huge), element('ba', byte(64)))),
      track(1, 'V_VP9', element('e0', element('b0', byte(64)), element('ba', huge))),
      track(2, 'A_VORBIS', element('e1', element('9f', Uint8Array.of(1, 0)))),
    ]) {
      const file = Buffer.concat([header, element('18538067', tracks, cluster)]);
      expect(await openContainer(inMemory(file), signal)).to.equal(null);
    }
  });

  it('numbers tracks in the order of the file, those that are switched off included', async () => {
    const off = element(
      'ae',
      element('d7', byte(9)),
      element('83', byte(2)),
      element('86', Buffer.from('A_OPUS')),
      element('b9', byte(0)),
    );
    const file = Buffer.concat([header, element('18538067', element('1654ae6b', off, entry()), cluster)]);
    const media = await describeBytes(file);
    expect(media?.tracks.map(({ index, kind, isDefault }) => ({ index, kind, isDefault }))).to.deep.equal([
      { index: 0, kind: 'unknown', isDefault: false },
      { index: 1, kind: 'video', isDefault: true },
    ]);
  });

  it('ends although the search for the next element does not', async () => {
    const junk = Buffer.alloc(5000, 0x01);
    const file = Buffer.concat([header, element('18538067', element('1654ae6b', entry()), junk)]);
    // The demuxer looks at the last eight bytes over and over, until its reads are refused: for seconds,
    // without the guard.
    expect(await openContainer(inMemory(file), signal)).to.equal(null);
  });

  it('refuses a cluster that claims more than can be held', async () => {
    const unknownSize = Buffer.from('1853806701ffffffffffffff', 'hex');
    const claims2Gigabytes = Buffer.from('1f43b6750100000080000000', 'hex');
    const open = Buffer.concat([header, unknownSize, element('1654ae6b', entry()), claims2Gigabytes]);
    let largest = 0;
    const read = async (start: number, end: number) => {
      largest = Math.max(largest, end - start);
      const part = Buffer.alloc(end - start);
      if (start < open.length) open.copy(part, 0, start);
      return part;
    };
    const problem = await problemOf(
      openContainer({ sizeBytes: 2 ** 40, read }, signal).then((container) => container?.describe()),
    );
    expect(problem.type).to.equal('unsupported-media');
    expect(largest).to.be.at.most(2 ** 22);
  });
});
