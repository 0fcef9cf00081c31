import { expect } from 'chai';
import { LIMITS, type LimitName, type Limits, readLimits } from '../../functions/stream/base/limits.ts';
import { NOTHING_FOUND } from '../../functions/stream/media/model/findings.ts';
import type { Media } from '../../functions/stream/media/model/media.ts';
import { clientOf } from '../../functions/stream/plan/client.ts';
import { describeObject } from '../../functions/stream/plan/info.ts';
import type { PlanInput } from '../../functions/stream/plan/plan-input.ts';
import { predictSegment } from '../../functions/stream/plan/predict.ts';
import { refuseSegment } from '../../functions/stream/plan/refuse.ts';
import { planStream } from '../../functions/stream/plan/stream-plan.ts';
import { NO_PARAMETERS, type StreamParameters } from '../../functions/stream/route/stream-parameters.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';
import { offered } from '../../testing/presentations.ts';
import { thrownBy } from '../../testing/problem.ts';

type Choice = Partial<StreamParameters>;

function question(media: Media, wishes: Choice, limits: Limits, sizeBytes = 3_000_000): PlanInput {
  return {
    media,
    sizeBytes,
    parameters: { ...NO_PARAMETERS, ...wishes },
    client: clientOf(null, null),
    limits: { ...limits, cores: 1 },
    secondsLeft: 1e9,
    originalObstacle: null,
    remuxObstacle: () => null,
  };
}

const withLimit = (name: LimitName, value: number): Limits => ({ ...readLimits({}), [name]: value });
const rate = (numerator: number) => ({ numerator, denominator: 1, constant: true });
const hevc = (more: object) =>
  film({ codec: 'hevc', codecString: 'hvc1.1.6.L93.B0', durationSeconds: 10, ...more });
const webm: Choice = { format: 'webm' };

describe('the limits of /stream', () => {
  // Of each: the limit, what meets it, and what exceeds it by the least.
  const TABLE: [name: LimitName, limit: number, at: PlanInput, above: PlanInput, value: string][] = (
    [
      [
        'maxSourceBytes',
        5_000,
        (limits: Limits) => question(mediaOf([film()]), webm, limits, 5_000),
        (limits: Limits) => question(mediaOf([film()]), webm, limits, 5_001),
        '5001 bytes',
      ],
      [
        'maxSourceSeconds',
        60,
        (limits: Limits) => question(mediaOf([film()], { durationSeconds: 60 }), webm, limits),
        (limits: Limits) => question(mediaOf([film()], { durationSeconds: 60.01 }), webm, limits),
        '60.01 seconds',
      ],
      [
        'maxTracks',
        2,
        (limits: Limits) => question(mediaOf([film(), audioTrack()]), webm, limits),
        (limits: Limits) => question(mediaOf([film(), audioTrack(), audioTrack({ index: 2 })]), webm, limits),
        '3 tracks',
      ],
      [
        'maxPixels',
        640 * 360,
        (limits: Limits) => question(mediaOf([hevc({ codedWidth: 640, codedHeight: 360 })]), {}, limits),
        (limits: Limits) => question(mediaOf([hevc({ codedWidth: 641, codedHeight: 360 })]), {}, limits),
        '641x360 pixels',
      ],
      [
        'maxFrameRate',
        60,
        (limits: Limits) => question(mediaOf([hevc({ frameRate: rate(60) })]), {}, limits),
        (limits: Limits) => question(mediaOf([hevc({ frameRate: rate(61) })]), {}, limits),
        '61 frames a second',
      ],
      [
        'maxOutputHeight',
        480,
        (limits: Limits) => question(mediaOf([film()]), { ...webm, height: 480 }, limits),
        (limits: Limits) => question(mediaOf([film()]), { ...webm, height: 481 }, limits),
        '481 lines',
      ],
      [
        'maxOutputBitrate',
        1_000_000,
        (limits: Limits) => question(mediaOf([film()]), { bitrate: 1_000_000 }, limits),
        (limits: Limits) => question(mediaOf([film()]), { bitrate: 1_000_001 }, limits),
        '1000001 bits per second',
      ],
      [
        'maxDurationSeconds',
        60,
        (limits: Limits) =>
          question(mediaOf([film()], { durationSeconds: 90 }), { ...webm, durationSeconds: 60 }, limits),
        (limits: Limits) => question(mediaOf([film()], { durationSeconds: 61 }), webm, limits),
        '61 seconds',
      ],
      [
        'maxCpuSeconds',
        30,
        (limits: Limits) =>
          question(mediaOf([audioTrack()], { durationSeconds: 1_200 }), { format: 'mp3' }, limits),
        (limits: Limits) =>
          question(mediaOf([audioTrack()], { durationSeconds: 1_201 }), { format: 'mp3' }, limits),
        '31 seconds of a processor',
      ],
      [
        'maxResponseBytes',
        2_000_000,
        (limits: Limits) =>
          question(mediaOf([film()], { durationSeconds: 10 }), { bitrate: 1_000_000 }, limits),
        (limits: Limits) =>
          question(mediaOf([film()], { durationSeconds: 16 }), { bitrate: 1_000_000 }, limits),
        'bytes',
      ],
    ] as const
  ).map(([name, limit, at, above, value]) => {
    const limits = withLimit(name, limit);
    return [name, limit, at(limits), above(limits), value];
  });

  for (const [name, limit, at, above, value] of TABLE) {
    const { setting } = LIMITS[name];
    it(`${setting}: at it there is a plan, above it none, and the problem says so`, () => {
      expect(planStream(at).kind).to.equal('transcode');
      const { type, status, message } = thrownBy(() => planStream(above));
      expect([type, status]).to.deep.equal(['too-large', 413]);
      expect(message).to.contain(value);
      expect(message).to.contain(`and the limit is ${limit} (${setting})`);
    });
  }

  it('do not stand in the way of what is sent as it is, and /info says what they are', () => {
    const limits = { ...withLimit('maxSourceBytes', 1), maxSourceSeconds: 1, maxPixels: 1, maxTracks: 1 };
    const asked = question(mediaOf([film(), audioTrack()]), {}, limits);
    expect(planStream(asked).kind).to.equal('passthrough');
    const object = { key: 'a.mp4', etag: '"1"', sizeBytes: 3, lastModified: new Date(0) };
    const problem = thrownBy(() => offered([film(), audioTrack()], { limits }));
    const refusals = { film: null, manifest: null };
    const { addresses } = describeObject(
      object,
      asked,
      { presentation: problem, texts: [], chapters: [], findings: NOTHING_FOUND },
      { prefix: '', memoryMegabytes: null, hasExports: false, version: 'v', hasCover: false, refusals },
    );
    const said = (href: string) => {
      const found = addresses.find((address) => address.href === href);
      return found && ('problem' in found ? found.problem.detail : found.plan);
    };
    expect(said('/stream/a.mp4')).to.equal('passthrough');
    expect(said('/stream/a.mp4?format=webm')).to.match(/2 tracks, and the limit is 1 \(MAX_TRACKS\)\.$/);
    expect(said('/hls/a.mp4/master.m3u8')).to.match(/2 tracks, and the limit is 1 \(MAX_TRACKS\)\.$/);
  });

  it('lower what nobody asked for', () => {
    const limits = { ...withLimit('maxOutputHeight', 360), maxOutputBitrate: 300_000 };
    const plan = planStream(
      question(mediaOf([hevc({ displayWidth: 1280, displayHeight: 720 })]), {}, limits),
    );
    if (plan.kind !== 'transcode' || plan.output.video?.kind !== 'encode') throw new Error(plan.kind);
    expect([plan.output.video.height, plan.output.video.maxBitrate]).to.deep.equal([360, 300_000]);
  });
});

describe('the limits of segments', () => {
  const hd = { codedWidth: 1920, codedHeight: 1080, displayWidth: 1920, displayHeight: 1080, bitrate: 8e6 };
  const TABLE: [name: LimitName, limit: number, at: object, above: object][] = [
    ['maxPixels', 1920 * 1080, hd, { ...hd, codedWidth: 1921 }],
    ['maxFrameRate', 50, { ...hd, frameRate: rate(50) }, { ...hd, frameRate: rate(51) }],
    ['maxOutputHeight', 240, hd, { ...hd, displayWidth: 1080, displayHeight: 1920 }],
  ];
  for (const [name, limit, at, above] of TABLE) {
    it(`${LIMITS[name].setting}: at it there are renditions, above it the problem names both`, () => {
      const limits = withLimit(name, limit);
      expect(offered([hevc(at)], { limits, cuts: new Map() }).video).to.not.have.length(0);
      const { type, message } = thrownBy(() => offered([hevc(above)], { limits, cuts: new Map() }));
      expect(type).to.equal('too-large');
      expect(message).to.contain(`and the limit is ${limit} (${LIMITS[name].setting})`);
    });
  }

  it('MAX_SOURCE_BYTES and MAX_SOURCE_SECONDS: a film that is cut as it is needs no decoding', () => {
    for (const [name, about] of [
      ['maxSourceBytes', '3000000 bytes'],
      ['maxSourceSeconds', '10 seconds'],
    ] as const) {
      const limits = withLimit(name, 1);
      const ids = offered([film(), audioTrack()], { limits }).video.map(({ id }) => id);
      expect(ids).to.deep.equal(['copy']);
      const encoded = thrownBy(() => offered([film(), audioTrack({ codec: 'ac3' })], { limits }));
      expect(encoded.message).to.contain(about).and.contain(`the limit is 1 (${LIMITS[name].setting})`);
    }
  });

  it('MAX_OUTPUT_HEIGHT and MAX_OUTPUT_BITRATE lower the ladder', () => {
    const limits = { ...withLimit('maxOutputHeight', 480), maxOutputBitrate: 500_000 };
    const { video } = offered([hevc(hd)], { limits, cuts: new Map() });
    expect(video.map(({ id }) => id)).to.deep.equal(['480p', '360p', '240p']);
    for (const { source } of video) {
      expect(source.kind === 'encode' && source.video.maxBitrate).to.be.at.most(500_000);
    }
  });

  it('MAX_CPU_SECONDS and the time that is left: none is begun that cannot end', () => {
    const media = mediaOf([hevc(hd)]);
    const { video } = offered([hevc(hd)], { cuts: new Map() });
    const rendition = video[0];
    if (rendition === undefined) throw new Error('nothing is offered');
    const means = (maxCpuSeconds: number, secondsLeft: number, cores = 1) => {
      return { media, limits: { ...withLimit('maxCpuSeconds', maxCpuSeconds), cores }, secondsLeft };
    };
    const { seconds } = predictSegment(
      rendition,
      { kind: 'segment', index: 2 },
      { film: hevc(hd), media, cores: 1 },
    );
    const cpu = Math.ceil(seconds ?? 0);
    const segment = { kind: 'segment', index: 2 } as const;
    expect(cpu).to.be.within(5, 15);
    expect(() => refuseSegment(segment, rendition, means(cpu, cpu))).to.not.throw();
    expect(() => refuseSegment(segment, rendition, means(cpu, cpu / 2, 2))).to.not.throw();
    const tooMuch = thrownBy(() => refuseSegment(segment, rendition, means(cpu - 1, cpu)));
    expect(tooMuch.message).to.equal(
      `The work would take about ${cpu} seconds of a processor, and the limit is ${cpu - 1} (MAX_CPU_SECONDS); ` +
        'choose a smaller rendition.',
    );
    const tooLate = thrownBy(() => refuseSegment(segment, rendition, means(cpu, 2.5)));
    expect([tooLate.type, tooLate.message]).to.deep.equal([
      'too-large',
      `The work would take about ${cpu} seconds and one invocation has 2 left; ` +
        'choose a smaller rendition.',
    ]);
    const iFrame = { kind: 'iframe', index: 2 } as const;
    expect(() => refuseSegment(iFrame, rendition, means(cpu - 1, cpu))).to.not.throw();
  });

  it('MAX_CPU_SECONDS: counted audio costs all that is before it', () => {
    const day = 86_400;
    const adpcm = audioTrack({ index: 0, codec: 'other', codecName: 'adpcm_ima_wav', durationSeconds: day });
    const about = { container: 'wav', durationSeconds: day } as const;
    const [rendition] = offered([adpcm], { about }).audio;
    if (rendition === undefined) throw new Error('nothing is offered');
    const media = mediaOf([adpcm], about);
    const means = { media, limits: { ...withLimit('maxCpuSeconds', 100), cores: 1 }, secondsLeft: 800 };
    const segment = (index: number) => ({ kind: 'segment', index }) as const;
    expect(() => refuseSegment(segment(0), rendition, means)).to.not.throw();
    expect(() => refuseSegment(segment(4_000), rendition, means)).to.not.throw();
    const late = thrownBy(() => refuseSegment(segment(rendition.segments.length - 1), rendition, means));
    expect([late.type, late.message]).to.deep.equal([
      'too-large',
      'The work would take about 433 seconds of a processor, and the limit is 100 (MAX_CPU_SECONDS); ' +
        'stream the audio from its beginning, since its samples have to be counted up to here.',
    ]);
    const limits = withLimit('maxCpuSeconds', 100);
    const part = (startSeconds: number, source = media) =>
      planStream(question(source, { format: 'mp3', startSeconds, durationSeconds: 60 }, limits));
    expect(() => part(600)).to.not.throw();
    expect(() => part(80_000)).to.throw(/about 402 seconds of a processor, and the limit is 100/);
    // Whose place is found by its times costs nothing before.
    expect(() =>
      part(80_000, mediaOf([audioTrack({ index: 0, durationSeconds: day })], { durationSeconds: day })),
    ).to.not.throw();
  });
});
