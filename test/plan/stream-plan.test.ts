import { expect } from 'chai';
import { readLimits } from '../../functions/stream/base/limits.ts';
import type { Media } from '../../functions/stream/media/model/media.ts';
import { clientOf } from '../../functions/stream/plan/client.ts';
import { planHeader } from '../../functions/stream/plan/describe-plan.ts';
import type { PlanInput } from '../../functions/stream/plan/plan-input.ts';
import { planStream } from '../../functions/stream/plan/stream-plan.ts';
import { NO_PARAMETERS, type StreamParameters } from '../../functions/stream/route/stream-parameters.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';
import { thrownBy } from '../../testing/problem.ts';

const limits = { ...readLimits({}), cores: 2 };

function plan(media: Media, wishes: Partial<StreamParameters> = {}, over: Partial<PlanInput> = {}) {
  const parameters = { ...NO_PARAMETERS, ...wishes };
  return planStream({
    media,
    sizeBytes: 3_000_000,
    parameters,
    client: clientOf(parameters.accept, null),
    limits,
    secondsLeft: 899,
    originalObstacle: null,
    remuxObstacle: () => null,
    ...over,
  });
}

const both = [film(), audioTrack()];
const layout = { fragmented: false, moovAtEnd: false, hasLocation: false };
const matroska = { container: 'matroska', layout: null } as const;
const hevc = film({ codec: 'hevc', codecString: 'hvc1.1.6.L93.B0' });
const cover = film({ index: 2, isCoverArt: true, codec: 'other' });

describe('planStream takes the cheapest way', () => {
  const TABLE: [string, Media, Partial<StreamParameters>, RegExp][] = [
    ['mp4 of H.264 and AAC', mediaOf(both), {}, /^passthrough;/],
    ['the same, asked for as mp4', mediaOf(both), { format: 'mp4' }, /^passthrough;/],
    ['the same, no larger than it is', mediaOf(both), { height: 1080 }, /^passthrough;/],
    ['index at the end', mediaOf(both, { layout: { ...layout, moovAtEnd: true } }), {}, /^faststart;/],
    [
      'a place in the metadata',
      mediaOf(both, { layout: { ...layout, hasLocation: true } }),
      {},
      /^faststart;.*place/,
    ],
    ['fragmented', mediaOf(both, { layout: { ...layout, fragmented: true } }), {}, /^passthrough;/],
    [
      'mkv of H.264 and AAC',
      mediaOf(both, matroska),
      {},
      /^remux; reason="the client does not play matroska/,
    ],
    ['QuickTime', mediaOf(both, { container: 'mov' }), {}, /^remux;/],
    [
      'the second audio track',
      mediaOf([...both, audioTrack({ index: 2 })]),
      { audio: 1 },
      /^remux;.*another one was chosen/,
    ],
    [
      'the first ten seconds',
      mediaOf(both, { durationSeconds: 60 }),
      { durationSeconds: 10 },
      /^remux; .*duration=10/,
    ],
    ['a start within a film', mediaOf(both), { startSeconds: 2 }, /^transcode;.*video=h264:720; audio=aac/],
    ['a start within audio', mediaOf([audioTrack()]), { startSeconds: 2 }, /^remux;/],
    ['mkv with AC-3', mediaOf([film(), audioTrack({ codec: 'ac3' })], matroska), {}, /video=copy; audio=aac/],
    [
      'HEVC in mp4',
      mediaOf([hevc, audioTrack()]),
      {},
      /^transcode; format=mp4; video=h264:720; audio=copy;.*hevc/,
    ],
    ['HEVC for a client that plays it', mediaOf([hevc, audioTrack()]), { accept: ['hevc'] }, /^passthrough;/],
    ['10-bit H.264', mediaOf([film({ bitDepth: 10 })]), {}, /^transcode;.*10-bit/],
    ['4:2:2', mediaOf([film({ chroma: '4:2:2' })]), {}, /^transcode;.*4:2:2/],
    ['lossless', mediaOf([film({ codecString: 'avc1.f4000c' })]), {}, /^transcode;.*profile of h264/],
    ['grey', mediaOf([film({ chroma: 'monochrome' })]), {}, /^transcode;.*monochrome/],
    [
      'grey AV1',
      mediaOf([film({ codec: 'av1', chroma: 'monochrome' })]),
      { accept: ['av1'] },
      /^passthrough/,
    ],
    ['interlaced', mediaOf([film({ interlaced: true })]), {}, /^transcode;.*interlaced/],
    ['mirrored', mediaOf([film({ mirrored: true })]), {}, /^transcode;.*mirror/],
    ['no decoder configuration', mediaOf([film({ codecString: null })]), {}, /^transcode;.*configuration/],
    [
      'AV1 and Opus, of which ffmpeg writes neither to MP4 for this client',
      mediaOf([film({ codec: 'av1' }), audioTrack({ codec: 'opus' })], { container: 'webm', layout: null }),
      {},
      /^transcode; format=mp4; video=h264:720; audio=aac;.*av1/,
    ],
    [
      'FLAC beside encoded video',
      mediaOf([film({ codec: 'other' }), audioTrack({ codec: 'flac' })], matroska),
      {},
      /format=mp4; video=h264:720; audio=aac;/,
    ],
    [
      'VP8 in Matroska',
      mediaOf([film({ codec: 'vp8' }), audioTrack({ codec: 'vorbis' })], matroska),
      {},
      /^transcode; format=webm; video=copy; audio=copy;/,
    ],
    [
      'VP8 asked for as mp4',
      mediaOf([film({ codec: 'vp8' }), audioTrack({ codec: 'ac3' })], matroska),
      { format: 'mp4' },
      /format=mp4; video=h264:720; audio=aac;/,
    ],
    [
      'a start within VP9, of which nothing can be copied',
      mediaOf([film({ codec: 'vp9' })], { container: 'webm', layout: null }),
      { startSeconds: 2 },
      /^transcode; format=mp4; video=h264:720;/,
    ],
    ['smaller', mediaOf(both), { height: 360 }, /^transcode; format=mp4; video=h264:360; audio=copy;/],
    [
      'webm asked for',
      mediaOf(both),
      { format: 'webm' },
      /^transcode; format=webm; video=vp9:720; audio=opus;/,
    ],
    ['VP8 for a client without VP9', mediaOf(both), { format: 'webm', accept: ['vp8'] }, /video=vp8/],
    [
      'faster',
      mediaOf(both),
      { speed: 1.5 },
      /format=mp4; video=h264:720; audio=aac; speed=1.5; .*speed=1.5 was/,
    ],
    ['at its own speed', mediaOf(both), { speed: 1 }, /^passthrough/],
    [
      'louder',
      mediaOf(both),
      { loudness: -16 },
      /video=copy; audio=aac; loudness=-16:measured; .*-16 was asked/,
    ],
    [
      'louder than can be measured before the first byte',
      mediaOf([audioTrack({ codec: 'alac' })], { durationSeconds: 2_000 }),
      { loudness: -16.5 },
      /audio=mp3; loudness=-16.5:adaptive; .*Measuring .* about 50 seconds, .*MAX_MEASURING_SECONDS/,
    ],
    [
      'a louder half of the same',
      mediaOf([audioTrack({ codec: 'alac' })], { durationSeconds: 2_000 }),
      { loudness: -16, durationSeconds: 1_000 },
      /loudness=-16:measured/,
    ],
    [
      'louder at an unknown length',
      mediaOf([audioTrack({ durationSeconds: null })], {
        durationSeconds: null,
        container: 'ogg',
        layout: null,
      }),
      { loudness: -16 },
      /loudness=-16:adaptive; .*duration of what would be measured is unknown/,
    ],
    ['mp3 of a film', mediaOf(both), { format: 'mp3' }, /^transcode; format=mp3; audio=mp3;/],
    ['ALAC', mediaOf([audioTrack({ codec: 'alac' })]), {}, /^transcode; format=mp3; audio=mp3;.*alac/],
    [
      'mp3 with a cover',
      mediaOf([audioTrack({ codec: 'mp3' }), cover], { container: 'mp3', layout: null }),
      {},
      /^passthrough/,
    ],
    ['wav', mediaOf([audioTrack({ codec: 'pcm' })], { container: 'wav', layout: null }), {}, /^passthrough/],
    [
      'mp3 in wav',
      mediaOf([audioTrack({ codec: 'mp3' })], { container: 'wav', layout: null }),
      {},
      /^remux; reason="wav players do not take mp3/,
    ],
    [
      'opus asked of ogg vorbis',
      mediaOf([audioTrack({ codec: 'vorbis' })], { container: 'ogg', layout: null }),
      { format: 'opus' },
      /^transcode; format=opus/,
    ],
    [
      'AVI',
      mediaOf([film({ codec: 'other' }), audioTrack({ codec: 'mp3' })], { container: 'avi', layout: null }),
      {},
      /video=h264:720; audio=copy/,
    ],
  ];
  for (const [what, media, wishes, header] of TABLE) {
    it(what, () => expect(planHeader(plan(media, wishes))).to.match(header));
  }

  it('sends no file as it is that is damaged, and says so', () => {
    const cut = { originalObstacle: 'the file is cut off', remuxObstacle: () => 'the file is cut off' };
    const webm = mediaOf([film({ codec: 'vp9' })], { container: 'webm', layout: null });
    expect(planHeader(plan(webm, {}, cut))).to.equal(
      'transcode; format=webm; video=copy; reason="the file is cut off"',
    );
    const { originalObstacle } = cut;
    expect(planHeader(plan(mediaOf(both), {}, { originalObstacle }))).to.match(/^remux; .*cut off/);
  });

  it('decodes from before the start without an index, and if a frame may be shown for long', () => {
    const preroll = (container: Media['container'], startSeconds: number, constant = true) => {
      const frameRate = { numerator: 24, denominator: 1, constant };
      const planned = plan(mediaOf([film({ frameRate })], { container, layout: null }), { startSeconds });
      return planned.kind === 'transcode' && planned.output.prerollSeconds;
    };
    expect(preroll('mpegts', 8)).to.equal(6);
    expect(preroll('mpegts', 2.5)).to.equal(2.5);
    expect(preroll('matroska', 8)).to.equal(0);
    expect(preroll('matroska', 8, false)).to.equal(6);
  });

  it('transcodes what cannot be repackaged, and says why', () => {
    const planned = plan(
      mediaOf(both, { container: 'mov' }),
      {},
      { remuxObstacle: () => 'its edit list jumps' },
    );
    expect(planHeader(planned)).to.match(
      /^transcode; .*video=copy; audio=copy; reason=".*mov files; its edit list jumps"/,
    );
  });

  it('leaves GPS behind', () => {
    const planned = plan(mediaOf(both, { layout: { ...layout, moovAtEnd: true, hasLocation: true } }));
    expect(planned).to.include({ kind: 'faststart', withoutLocation: true });
  });
});

describe('planStream shapes the video', () => {
  const TABLE: [string, Parameters<typeof film>[0], Partial<StreamParameters>, object][] = [
    ['by height', {}, { height: 360 }, { width: 640, height: 360 }],
    ['by width', {}, { width: 320 }, { width: 320, height: 180 }],
    ['into both', {}, { width: 320, height: 320 }, { width: 320, height: 180 }],
    ['never larger', { codec: 'hevc' }, { height: 2160 }, { width: 1280, height: 720 }],
    [
      'to even sizes',
      { codec: 'hevc', displayWidth: 641, displayHeight: 363 },
      {},
      { width: 640, height: 362 },
    ],
    [
      'upright',
      { codec: 'hevc', rotation: 90, displayWidth: 720, displayHeight: 1280 },
      {},
      { rotation: 90, width: 720, height: 1280 },
    ],
    ['in SDR', { codec: 'hevc', dynamicRange: 'hlg' }, {}, { toneMap: 'hlg' }],
    [
      'on its grid',
      { codec: 'hevc', frameRate: { numerator: 30000, denominator: 1001, constant: true } },
      {},
      { frameRate: { numerator: 30000, denominator: 1001 } },
    ],
    [
      'on a grid of 30',
      { codec: 'hevc', frameRate: { numerator: 722, denominator: 100, constant: false } },
      {},
      { frameRate: { numerator: 30, denominator: 1 } },
    ],
    [
      'on a grid of 24',
      { codec: 'hevc', frameRate: { numerator: 2401, denominator: 100, constant: false } },
      {},
      { frameRate: { numerator: 24, denominator: 1 } },
    ],
    [
      'at most at 60',
      { codec: 'hevc', frameRate: { numerator: 1000, denominator: 1, constant: true } },
      {},
      { frameRate: { numerator: 60, denominator: 1 } },
    ],
    ['with the bitrate asked for', {}, { bitrate: 500_000 }, { maxBitrate: 500_000 }],
  ];
  for (const [what, video, wishes, expected] of TABLE) {
    it(what, () => {
      const planned = plan(mediaOf([film(video)]), wishes);
      expect(planned.kind === 'transcode' && planned.output.video).to.deep.include(expected);
    });
  }

  it('lowers its ceiling to what one response carries', () => {
    const planned = plan(mediaOf([hevc], { durationSeconds: 700 }));
    expect(planned.kind === 'transcode' && planned.output.video)
      .to.have.property('maxBitrate')
      .that.is.below(2_300_000);
    expect(planned.predicted.bytes).to.be.at.most(limits.maxResponseBytes);
  });
});

describe('planStream shapes the audio', () => {
  const TABLE: [string, Parameters<typeof audioTrack>[0], Partial<StreamParameters>, object][] = [
    ['5.1 to stereo', { codec: 'ac3', channels: 6 }, {}, { channels: 2, codec: 'mp3' }],
    [
      '5.1 where it is asked for',
      { codec: 'ac3', channels: 6 },
      { channels: 6, format: 'mp4' },
      { channels: 6, bitrate: 384_000 },
    ],
    [
      '7.1 to 5.1',
      { codec: 'flac', channels: 8 },
      { channels: 6, format: 'opus' },
      { channels: 6, bitrate: 320_000 },
    ],
    ['AAC 5.1 to stereo, if that is asked for', { channels: 6 }, { channels: 2 }, { channels: 2 }],
    ['mono stays', { codec: 'ac3', channels: 1 }, {}, { channels: 1, bitrate: 112_000 }],
    ['8 kHz to a rate that all play', { codec: 'other', sampleRate: 8_000 }, {}, { sampleRate: 48_000 }],
    ['22.05 kHz in its family', { codec: 'other', sampleRate: 22_050 }, {}, { sampleRate: 44_100 }],
    ['a bitrate', {}, { format: 'mp3', bitrate: 64_000 }, { bitrate: 64_000 }],
    ['FLAC of a lossy source', {}, { format: 'flac' }, { codec: 'flac', bitrate: null, bits: 16 }],
    ['FLAC of PCM', { codec: 'pcm' }, { format: 'flac' }, { codec: 'flac', bits: null }],
  ];
  for (const [what, track, wishes, expected] of TABLE) {
    it(what, () => {
      const planned = plan(mediaOf([audioTrack({ ...track, index: 0 })]), wishes);
      expect(planned.kind === 'transcode' && planned.output.audio).to.deep.include(expected);
    });
  }
});

describe('planStream refuses', () => {
  const huge = film({ codec: 'hevc', codedWidth: 7680, codedHeight: 4320 });
  const bomb = film({
    codec: 'av1',
    codedWidth: 3840,
    codedHeight: 2160,
    displayWidth: 3840,
    displayHeight: 2160,
    frameRate: { numerator: 60, denominator: 1, constant: true },
  });
  const TABLE: [string, Media, Partial<StreamParameters>, string, RegExp][] = [
    [
      'a format without video, and no audio',
      mediaOf([film()]),
      { format: 'mp3' },
      'unsupported-media',
      /no audio track/,
    ],
    ['nothing to play', mediaOf([]), {}, 'unsupported-media', /neither video nor audio/],
    ['a cover alone', mediaOf([cover]), {}, 'unsupported-media', /neither/],
    [
      'an audio track that is not there',
      mediaOf(both),
      { audio: 1 },
      'bad-parameter',
      /between 0 and 0.*one audio track/,
    ],
    ['audio= without audio', mediaOf([film()]), { audio: 0 }, 'bad-parameter', /has no audio/],
    [
      'a start behind the end',
      mediaOf(both),
      { startSeconds: 10 },
      'bad-parameter',
      /less than the duration.*10.000/,
    ],
    [
      'a height for audio',
      mediaOf(both),
      { format: 'mp3', height: 100 },
      'bad-parameter',
      /"height" does not apply to format=mp3/,
    ],
    [
      'a bitrate for wav',
      mediaOf(both),
      { format: 'wav', bitrate: 64_000 },
      'bad-parameter',
      /does not apply to format=wav/,
    ],
    [
      'a loudness of a film without audio',
      mediaOf([film()]),
      { loudness: -16 },
      'bad-parameter',
      /"loudness" does not apply: there is no audio/,
    ],
    [
      'a bitrate beyond mp3',
      mediaOf(both),
      { format: 'mp3', bitrate: 500_000 },
      'bad-parameter',
      /between 32000 and 320000/,
    ],
    [
      'too many pixels',
      mediaOf([huge]),
      {},
      'too-large',
      /7680x4320 pixels, and the limit is 9437184 \(MAX_PIXELS\)\./,
    ],
    [
      'more work than there is time',
      mediaOf([bomb], { durationSeconds: 363 }),
      {},
      'too-large',
      /would take about \d+ seconds/,
    ],
    [
      'more bytes than a response carries',
      mediaOf([film()], { durationSeconds: 1_200 }),
      { bitrate: 5_000_000 },
      'too-large',
      /could have \d+ bytes/,
    ],
    [
      'more seconds than allowed',
      mediaOf([audioTrack({ codec: 'alac' })], { durationSeconds: 30_000 }),
      {},
      'too-large',
      /would last 30000 seconds, and the limit is 21600 \(MAX_DURATION_SECONDS\); ask for a part/,
    ],
    [
      'a client that plays nothing we make',
      mediaOf([audioTrack({ codec: 'alac' })]),
      { accept: ['video/quicktime', 'eac3'] },
      'not-acceptable',
      /None of/,
    ],
  ];
  for (const [what, media, wishes, type, sentence] of TABLE) {
    it(what, () => {
      const problem = thrownBy(() => plan(media, wishes));
      expect(problem.type).to.equal(type);
      expect(problem.message).to.match(sentence);
    });
  }
});

describe('clientOf', () => {
  const TABLE: [
    readonly string[] | null,
    string | null,
    'containers' | 'video' | 'audio',
    readonly string[],
  ][] = [
    [null, null, 'video', ['h264', 'vp8', 'vp9']],
    [['hevc', 'h264'], null, 'video', ['hevc', 'h264']],
    [['hevc'], null, 'containers', ['mp4', 'webm', 'ogg', 'mp3', 'adts', 'flac', 'wav']],
    [['mp3'], null, 'audio', ['mp3']],
    [['video/webm'], '*/*', 'containers', ['webm']],
    [null, 'video/webm,video/*;q=0.9', 'containers', ['mp4', 'webm', 'ogg', 'mp3', 'adts', 'flac', 'wav']],
    [null, 'audio/mpeg, audio/wav;q=0', 'containers', ['mp3']],
    [null, 'text/html', 'containers', ['mp4', 'webm', 'ogg', 'mp3', 'adts', 'flac', 'wav']],
  ];
  for (const [names, header, kind, expected] of TABLE) {
    it(`${names} ${header}: ${kind}`, () =>
      expect([...clientOf(names, header)[kind]]).to.deep.equal(expected));
  }
});
