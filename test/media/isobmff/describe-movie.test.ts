import { expect } from 'chai';
import { box, fullBox, text, uint16, uint32 } from '../../../functions/stream/media/boxes/write-box.ts';
import { describeMovie } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import type { AudioTrack, Media, Track, VideoTrack } from '../../../functions/stream/media/model/media.ts';
import type { RandomAccess } from '../../../functions/stream/source/bytes.ts';
import { bytesAccess, corpusAccess } from '../../../testing/file-access.ts';
import {
  avc1,
  IDENTITY,
  type MadeMovie,
  movieFile,
  mp4a,
  soundEntry,
  type TrackSpec,
  videoEntry,
} from '../../../testing/movie-file.ts';
import { needs } from '../../../testing/needs.ts';

async function describeFile(file: RandomAccess): Promise<Media> {
  const movie = await readMovie(file);
  if (movie === null) throw new Error('The file is no movie.');
  return describeMovie(movie);
}

const describeMade = (movie: MadeMovie) => describeFile(bytesAccess(movieFile(movie)));

async function trackOf(track: TrackSpec): Promise<Track | undefined> {
  return (await describeMade({ tracks: [track] })).tracks[0];
}

const film: TrackSpec = { sizes: [50, 10, 10, 30, 10] };

describe('the description of a movie of the corpus', () => {
  type Facts = {
    duration: number;
    film?: Partial<VideoTrack>;
    audio?: Partial<AudioTrack>;
    layout?: Media['layout'];
    tracks?: number;
  };
  const rate = (numerator: number, denominator: number, constant = true) => ({
    numerator,
    denominator,
    constant,
  });
  const hd = { displayWidth: 1920, displayHeight: 1080 };
  const FILES: readonly (readonly [name: string, Facts])[] = [
    [
      'mp4/mediabunny__video.mp4',
      {
        duration: 5.056,
        film: {
          ...hd,
          codec: 'h264',
          codecString: 'avc1.640028',
          frameRate: rate(25, 1),
          durationSeconds: 5,
        },
        audio: { codec: 'aac', codecString: 'mp4a.40.2', channels: 2, sampleRate: 48_000 },
        layout: { fragmented: false, moovAtEnd: false, hasLocation: false },
      },
    ],
    [
      'mp4/big-buck-bunny__bbb-480p-30s.mp4',
      {
        duration: 30,
        film: { displayWidth: 854, displayHeight: 480, frameRate: rate(24, 1) },
        audio: { channels: 6 },
        layout: { fragmented: false, moovAtEnd: true, hasLocation: false },
      },
    ],
    [
      'mp4/media__bbb_800x640_768kbps_30fps_vp9.mp4',
      {
        duration: 4,
        film: {
          codec: 'vp9',
          codecString: 'vp09.00.30.08',
          codedWidth: 800,
          displayWidth: 1138,
          displayHeight: 640,
        },
      },
    ],
    [
      'mp4/mediabunny__edts.mp4',
      { duration: 9, film: { codedWidth: 854, displayWidth: 853, startSeconds: 0 } },
    ],
    [
      'mp4/mediabunny__rotate-buck-bunny.mp4',
      {
        duration: 2.005,
        film: {
          rotation: 90,
          mirrored: false,
          displayWidth: 1080,
          displayHeight: 1920,
          durationSeconds: 1.875,
        },
        layout: { fragmented: true, moovAtEnd: false, hasLocation: false },
      },
    ],
    [
      'mp4/media__hlg10-color-test.mp4',
      {
        duration: 0.3,
        film: { codecString: 'hvc1.2.4.L153', bitDepth: 10, dynamicRange: 'hlg', chroma: '4:2:0' },
        layout: { fragmented: false, moovAtEnd: false, hasLocation: true },
      },
    ],
    // Without colr, only the parameter set declares HLG.
    [
      'fmp4/media__sample.video.mp4',
      {
        duration: 2.702,
        film: { ...hd, codecString: 'hev1.2.4.L120.B0', bitDepth: 10, dynamicRange: 'hlg' },
      },
    ],
    // Its header claims 143,165 seconds.
    [
      'fmp4/media__sample_fragmented.mp4',
      {
        duration: 1.068,
        film: { frameRate: rate(30_000, 1001), durationSeconds: 1.001 },
        audio: { channels: 1 },
      },
    ],
    [
      'fmp4/media__sample_fragmented_seekable_multiple_sidx.mp4',
      { duration: 20, film: { frameRate: rate(30, 1) } },
    ],
    [
      'fmp4/shaka-player__video_144p_108k_h264.mp4',
      { duration: 60, film: { displayWidth: 180, displayHeight: 144 } },
    ],
    [
      'mp4/mediabunny__cursed-vfr.mp4',
      { duration: 8.726, film: { displayWidth: 3026, displayHeight: 1386 } },
    ],
    [
      'mp4/media__long_4k_av1.mp4',
      { duration: 362.767, film: { codec: 'av1', codecString: 'av01.0.13M.08' } },
    ],
    ['mp4/torchcodec__h264_10bits.mp4', { duration: 1, film: { codecString: 'avc1.6e000c', bitDepth: 10 } }],
    ['mp4/torchcodec__nasa_13013.mp4', { duration: 13.056, tracks: 6, film: { displayWidth: 320 } }],
    ['mp4/media__8k24fps_300ms.mp4', { duration: 0.339, film: { codedWidth: 7680, startSeconds: 0.006 } }],
    [
      'mp4/media__sample_opus.mp4',
      { duration: 1.003, audio: { codec: 'opus', codecString: 'opus', sampleRate: 48_000 } },
    ],
    ['audio/taglib__empty_alac.m4a', { duration: 3.705, audio: { codec: 'alac', sampleRate: 44_100 } }],
    [
      'legacy/media__bbb_176x144_128kbps_15fps_h263.3gp',
      { duration: 1, film: { codec: 'other', frameRate: rate(15, 1) } },
    ],
  ];
  for (const [name, facts] of FILES) {
    it(name, async function () {
      needs(this, 'corpus');
      const file = corpusAccess(name);
      const media = await describeFile(file);
      expect(media.durationSeconds).to.be.closeTo(facts.duration, 0.001);
      if (facts.layout) expect(media.layout).to.deep.equal(facts.layout);
      if (facts.tracks) expect(media.tracks).to.have.length(facts.tracks);
      if (facts.film) expect(media.tracks.find(({ kind }) => kind === 'video')).to.deep.include(facts.film);
      if (facts.audio) expect(media.tracks.find(({ kind }) => kind === 'audio')).to.deep.include(facts.audio);
      const moov = (await readMovie(file))?.moovBytes.length ?? 0;
      expect(file.reads.bytes).to.be.below(2 * moov + 40 * 1024);
    });
  }
});

const turned = (degrees: number, { mirrored = false } = {}) => {
  const [cos, sin] = [
    Math.round(Math.cos((degrees * Math.PI) / 180)),
    Math.round(Math.sin((degrees * Math.PI) / 180)),
  ];
  const flip = mirrored ? -1 : 1;
  return [cos * flip, sin * flip, 0, -sin, cos, 0, 0, 0, 0].map((n, i) =>
    i === 8 ? 0x40000000 : n * 0x10000,
  );
};
const pasp = (across: number, down: number) => box('pasp', uint32(across, down));
const nclx = (transfer: number) => box('colr', text('nclx'), uint16(9, transfer, 9), Buffer.from([0]));
/** 322x178, without usability information. */
const PLAIN = { sps: '6742e0158d94c16272' };

describe('the description of a video track', () => {
  const IMAGE_CODECS: readonly (readonly [what: string, track: TrackSpec, facts: Partial<VideoTrack>])[] = [
    [
      'the stream against its header',
      { ...film, entries: [avc1(PLAIN)] },
      { codedWidth: 176, codedHeight: 144 },
    ],
    [
      'pasp',
      { ...film, entries: [avc1({ extra: [pasp(2, 1)] })] },
      { displayWidth: 1708, displayHeight: 480 },
    ],
    [
      'pasp that beats tkhd',
      { ...film, entries: [avc1({ extra: [pasp(1, 1)] })], size: [427, 480] },
      { displayWidth: 854 },
    ],
    ['tkhd that beats the stream', { ...film, size: [427, 480] }, { displayWidth: 427, displayHeight: 480 }],
    ['the shape in the stream', film, { displayWidth: 853, displayHeight: 480 }],
    ['an absurd shape', { ...film, entries: [avc1({ extra: [pasp(1, 4_000_000)] })] }, { displayWidth: 854 }],
    ['no turn', film, { rotation: 0, mirrored: false }],
    [
      '90 degrees',
      { ...film, matrix: turned(90) },
      { rotation: 90, mirrored: false, displayWidth: 480, displayHeight: 853 },
    ],
    ['180 degrees', { ...film, matrix: turned(180) }, { rotation: 180, mirrored: false, displayWidth: 853 }],
    ['270 degrees', { ...film, matrix: turned(270) }, { rotation: 270, mirrored: false, displayWidth: 480 }],
    ['a mirror', { ...film, matrix: turned(0, { mirrored: true }) }, { rotation: 0, mirrored: true }],
    [
      'a mirror and a turn',
      { ...film, matrix: turned(90, { mirrored: true }) },
      { rotation: 90, mirrored: true },
    ],
    ['a matrix that stretches', { ...film, matrix: [0x20000, ...IDENTITY.slice(1)] }, { displayWidth: 1708 }],
    ['PQ', { ...film, entries: [avc1({ extra: [nclx(16)] })] }, { dynamicRange: 'pq' }],
    ['HLG', { ...film, entries: [avc1({ extra: [nclx(18)] })] }, { dynamicRange: 'hlg' }],
    ['BT.709', { ...film, entries: [avc1({ extra: [nclx(1)] })] }, { dynamicRange: 'sdr' }],
    [
      'fields by fiel',
      { ...film, entries: [avc1({ extra: [box('fiel', Buffer.from([2, 9]))] })] },
      { interlaced: true },
    ],
    [
      'fields by the stream',
      { ...film, entries: [avc1({ sps: '6764001eacd940b424dff8008000788000000300800000190f8a14cb' })] },
      { interlaced: true, codedWidth: 720, codedHeight: 576, displayWidth: 768 },
    ],
    [
      'a cover',
      { sizes: [50], entries: [videoEntry('jpeg', [300, 300])] },
      { isCoverArt: true, codec: 'other' },
    ],
    ['motion JPEG', { ...film, entries: [videoEntry('jpeg', [300, 300])] }, { isCoverArt: false }],
    [
      'a rate that is exact',
      { ...film, timescale: 30_000, duration: 1001 },
      { frameRate: { numerator: 30_000, denominator: 1001, constant: true } },
    ],
    ['one frame', { sizes: [50] }, { frameRate: null }],
  ];
  for (const [what, track, facts] of IMAGE_CODECS) {
    it(what, async () => {
      expect(await trackOf(track)).to.deep.include({ kind: 'video', ...facts });
    });
  }
});

describe('the description of an audio track', () => {
  const audio = (entry: Buffer): TrackSpec => ({ handler: 'soun', sizes: [9, 9], entries: [entry] });
  const stereo = { channels: 2, sampleRate: 48_000 };
  const AUDIO_ENTRIES: readonly (readonly [what: string, entry: Buffer, facts: Partial<AudioTrack>])[] = [
    ['AAC-LC', mp4a('1190'), { codec: 'aac', codecString: 'mp4a.40.2', ...stereo }],
    ['AAC-LC of 44.1 kHz, against the entry', mp4a('1208'), { sampleRate: 44_100, channels: 1 }],
    [
      'HE-AAC, signalled in front',
      mp4a('2b118800'),
      { codecString: 'mp4a.40.5', sampleRate: 48_000, channels: 2 },
    ],
    [
      'HE-AAC, signalled behind',
      mp4a('131056e598'),
      { codecString: 'mp4a.40.5', sampleRate: 48_000, channels: 2 },
    ],
    [
      'HE-AAC v2, signalled in front',
      mp4a('eb098800'),
      { codecString: 'mp4a.40.29', sampleRate: 48_000, channels: 2 },
    ],
    [
      'HE-AAC v2, signalled behind',
      mp4a('130856e59d4880'),
      { codecString: 'mp4a.40.29', sampleRate: 48_000, channels: 2 },
    ],
    ['5.1', mp4a('11b0'), { channels: 6 }],
    ['MP3', mp4a('1190', 0x6b), { codec: 'mp3', codecString: 'mp4a.6B', ...stereo }],
    ['AC-3', soundEntry('ac-3', stereo), { codec: 'ac3', codecString: 'ac-3' }],
    ['E-AC-3', soundEntry('ec-3', stereo), { codec: 'eac3', codecString: 'ec-3' }],
    ['AC-3 of 5.1', soundEntry('ac-3', stereo, box('dac3', Buffer.from('103dc0', 'hex'))), { channels: 6 }],
    [
      'E-AC-3 of 5.1',
      soundEntry('ec-3', stereo, box('dec3', Buffer.from('0c00200f00', 'hex'))),
      { channels: 6 },
    ],
    ['Opus of 5.1', soundEntry('Opus', stereo, box('dOps', Buffer.from('0006', 'hex'))), { channels: 6 }],
    ['PCM', soundEntry('sowt', stereo), { codec: 'pcm', codecString: null, ...stereo }],
    ['what nobody knows', soundEntry('QDM2', stereo), { codec: 'other', codecString: null }],
  ];
  for (const [what, entry, facts] of AUDIO_ENTRIES) {
    it(what, async () => {
      expect(await trackOf(audio(entry))).to.deep.include({ kind: 'audio', ...facts });
    });
  }

  it('tells PCM with a sample for each moment by its header', async () => {
    const track = {
      handler: 'soun',
      entries: [soundEntry('twos', stereo)],
      sizes: [4, 4],
      duration: 24_000,
      timescale: 48_000,
    };
    expect(await trackOf(track)).to.include({ durationSeconds: 1, startSeconds: 0 });
  });
});

describe('the description of times and tracks', () => {
  const TIMES: readonly (readonly [
    what: string,
    track: TrackSpec,
    startSeconds: number,
    durationSeconds: number,
  ])[] = [
    ['no edit list', film, 0, 0.2],
    [
      'reordered frames without an edit list',
      { ...film, compositionOffsets: [80, 160, 80, 0, 80] },
      0.08,
      0.2,
    ],
    ['a cut at the beginning', { ...film, edits: [{ duration: 0, mediaTime: 80 }] }, 0, 0.12],
    ['a cut at both ends', { ...film, edits: [{ duration: 80, mediaTime: 80 }] }, 0, 0.08],
    [
      'a delay',
      {
        ...film,
        edits: [
          { duration: 500, mediaTime: -1 },
          { duration: 200, mediaTime: 0 },
        ],
      },
      0.5,
      0.2,
    ],
    ['a header that claims too much', { ...film, edits: [{ duration: 99_000, mediaTime: 0 }] }, 0, 0.2],
    [
      'a repetition',
      {
        ...film,
        edits: [
          { duration: 200, mediaTime: 0 },
          { duration: 200, mediaTime: 0 },
        ],
      },
      0,
      0.4,
    ],
    ['nothing but a delay', { ...film, edits: [{ duration: 500, mediaTime: -1 }] }, 0.5, 0.2],
    ['no samples', { sizes: [] }, 0, 0],
  ];
  for (const [what, track, startSeconds, durationSeconds] of TIMES) {
    it(what, async () => {
      const described = await trackOf(track);
      expect(described?.startSeconds).to.be.closeTo(startSeconds, 1e-9);
      expect(described?.durationSeconds).to.be.closeTo(durationSeconds, 1e-9);
    });
  }

  it('takes what an encoder of audio adds at both ends for no samples that are hidden, at any rate', async () => {
    for (const [sampleRate, isHidden] of [
      [48_000, true],
      [8_000, undefined],
    ] as const) {
      const entries = [soundEntry('mp4a', { channels: 1, sampleRate })];
      const audio: TrackSpec = { handler: 'soun', sizes: Array(20).fill(9), entries };
      const ended = await trackOf({ ...audio, edits: [{ duration: 600, mediaTime: 0 }] });
      expect([ended?.hidesStart, ended?.hidesEnd], `${sampleRate}`).to.deep.equal([undefined, isHidden]);
      const begun = await trackOf({ ...audio, edits: [{ duration: 600, mediaTime: 200 }] });
      expect([begun?.hidesStart, begun?.hidesEnd], `${sampleRate}`).to.deep.equal([isHidden, undefined]);
    }
  });

  it('counts the length from the first track to begin to the last to end', async () => {
    const late: TrackSpec = {
      handler: 'soun',
      sizes: [9, 9],
      edits: [
        { duration: 300, mediaTime: -1 },
        { duration: 80, mediaTime: 0 },
      ],
    };
    expect((await describeMade({ tracks: [film, late] })).durationSeconds).to.be.closeTo(0.38, 1e-9);
  });

  it('counts no cover among what lasts, beside a film that begins late', async () => {
    const late = {
      ...film,
      edits: [
        { duration: 300, mediaTime: -1 },
        { duration: 200, mediaTime: 0 },
      ],
    };
    const cover: TrackSpec = { sizes: [20], entries: [videoEntry('jpeg', [300, 300])] };
    const alone = await describeMade({ tracks: [late] });
    const covered = await describeMade({ tracks: [late, cover] });
    expect(alone.durationSeconds).to.be.closeTo(0.2, 1e-9);
    expect(covered.durationSeconds).to.equal(alone.durationSeconds);
    expect((await describeMade({ tracks: [cover] })).durationSeconds).to.be.above(0);
  });

  it('keeps subtitles, data and chapters apart from the film', async () => {
    const other = (handler: string, format: string, id: number): TrackSpec => ({
      handler,
      id,
      sizes: [3],
      entries: [box(format, Buffer.alloc(8))],
    });
    const media = await describeMade({
      tracks: [
        { ...film, extra: [box('tref', box('chap', uint32(3, 4)))] },
        other('sbtl', 'tx3g', 2),
        other('text', 'text', 3),
        { sizes: [20, 20], id: 4, entries: [videoEntry('jpeg', [300, 300])] },
        other('tmcd', 'tmcd', 5),
      ],
    });
    expect(media.tracks.map(({ kind, codec }) => [kind, codec])).to.deep.equal([
      ['video', 'h264'],
      ['subtitle', 'tx3g'],
      ['data', 'text'],
      ['video', 'other'],
      ['data', 'tmcd'],
    ]);
    expect(media.tracks[3]).to.include({ isCoverArt: true });
  });

  it('tells languages, and tracks that are switched off', async () => {
    expect(await trackOf({ ...film, language: 0x15c7 })).to.include({ language: 'eng', isDefault: true });
    expect(await trackOf({ ...film, language: 0x55c4 })).to.include({ language: null });
    expect(await trackOf({ ...film, language: 0 })).to.include({ language: null });
    const off = movieFile({ tracks: [film] });
    off.writeUInt32BE(2, off.indexOf('tkhd', 0, 'latin1') + 4);
    expect((await describeFile(bytesAccess(off))).tracks[0]).to.include({ isDefault: false });
  });

  const PLACES: readonly (readonly [what: string, movie: Partial<MadeMovie>, hasLocation: boolean])[] = [
    ['nothing', {}, false],
    ['a title', { inMoov: [box('udta', box('\xa9nam', text('Film')))] }, false],
    ['©xyz', { inMoov: [box('udta', box('\xa9xyz', text('+48.1+011.5/')))] }, true],
    ['loci', { inMoov: [box('udta', fullBox('loci', 0, 0, text('there')))] }, true],
    ['a key of Apple', { inMoov: [box('meta', text('mdta com.apple.quicktime.location.ISO6709'))] }, true],
    ['a track', { tracks: [{ ...film, extra: [box('udta', box('\xa9xyz', text('+1')))] }] }, true],
    ['XMP behind the media', { behind: [box('uuid', Buffer.alloc(16), text('exif:GPSLatitude'))] }, true],
    ['XMP without a place', { behind: [box('uuid', Buffer.alloc(16), text('dc:title'))] }, false],
    [
      'an action camera',
      { tracks: [film, { handler: 'meta', sizes: [3], entries: [box('gpmd', Buffer.alloc(8))] }] },
      true,
    ],
  ];
  for (const [what, movie, hasLocation] of PLACES) {
    it(`${hasLocation ? 'a place' : 'no place'} in ${what}`, async () => {
      expect((await describeMade({ tracks: [film], ...movie })).layout).to.include({ hasLocation });
    });
  }
});
