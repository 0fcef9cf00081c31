import { expect } from 'chai';
import type { Track } from '../../functions/stream/media/model/media.ts';
import { segmentBits } from '../../functions/stream/plan/bitrates.ts';
import { copyCandidates } from '../../functions/stream/plan/plan-presentation.ts';
import type { Presentation, Rendition } from '../../functions/stream/plan/presentation.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';
import { filmCuts, offered, packetCuts, presentationLimits } from '../../testing/presentations.ts';
import { thrownBy } from '../../testing/problem.ts';

const ids = ({ video, audio }: Presentation) => [...video, ...audio].map(({ id }) => id).join(' ');

function find({ video, audio }: Presentation, id: string): Rendition {
  const found = [...video, ...audio].find((rendition) => rendition.id === id);
  if (found === undefined) throw new Error(`no rendition ${id}`);
  return found;
}

/** Ends of its segments, in seconds. */
function ends(presentation: Presentation, id: string): number[] {
  const { segments, timescale } = find(presentation, id);
  return segments.map(({ startTicks, durationTicks }) => (startTicks + durationTicks) / timescale);
}

const hd = {
  displayWidth: 1920,
  displayHeight: 1080,
  codedWidth: 1920,
  codedHeight: 1080,
  bitrate: 5_000_000,
};
const hevc = { codec: 'hevc', codecString: 'hev1.1.6.L120.90' } as const;
const ac3 = { codec: 'ac3', codecString: 'ac-3' } as const;

describe('planPresentation offers', () => {
  const TABLE: [string, readonly Track[], string, RegExp][] = [
    ['a copy and the ladder', [film(hd), audioTrack()], 'copy 720p 480p 360p 240p audio-0', /cut as it is/],
    ['a film without audio', [film(hd)], 'copy 720p 480p 360p 240p', /cut as it is/],
    ['audio alone', [audioTrack()], 'audio-0', /cut as it is/],
    [
      'HEVC beside H.264',
      [film({ ...hd, ...hevc }), audioTrack()],
      'copy 1080p 720p 480p 360p 240p audio-0',
      /cut/,
    ],
    [
      'VP9 encoded',
      [film({ codec: 'vp9' }), audioTrack()],
      '720p 480p 360p 240p audio-0',
      /vp9 does not play/,
    ],
    ['a rotated film encoded', [film({ rotation: 90 })], '720p 480p 360p 240p', /rotated/],
    ['10 bits encoded', [film({ bitDepth: 10 })], '720p 480p 360p 240p', /10-bit/],
    [
      'AC-3 encoded',
      [film(hd), audioTrack(ac3)],
      'copy 720p 480p 360p 240p audio-0',
      /^ac3 is not put into segments$/,
    ],
    [
      'AAC of 5.1 as it is, beside stereo that is encoded',
      [film(), audioTrack({ channels: 6 })],
      'copy 480p 360p 240p audio-0 audio-0-surround',
      /^not every client plays more than stereo$/,
    ],
    [
      'AC-3 of 5.1 as stereo, as AAC and as it is',
      [film(), audioTrack({ ...ac3, channels: 6 })],
      'copy 480p 360p 240p audio-0 audio-0-surround audio-0-ac3',
      /^ac3 is not put into segments$/,
    ],
    [
      'E-AC-3 of four channels as stereo and as it is',
      [audioTrack({ codec: 'eac3', codecString: 'ec-3', channels: 4 })],
      'audio-0 audio-0-eac3',
      /eac3/,
    ],
    ['FLAC of 5.1 as AAC', [audioTrack({ codec: 'flac', channels: 6 })], 'audio-0 audio-0-surround', /flac/],
    [
      'AAC of 5.1 alone if it cannot be decoded here',
      [audioTrack({ channels: 6, undecodable: 'no' })],
      'audio-0',
      /cut as it is/,
    ],
    ['xHE-AAC encoded', [audioTrack({ codecString: 'mp4a.40.42' })], 'audio-0', /this kind of aac/],
    [
      'the default audio first',
      [audioTrack({ index: 0, isDefault: false }), audioTrack({ index: 1 })],
      'audio-1 audio-0',
      /cut/,
    ],
    ['no cover art', [film({ isCoverArt: true }), audioTrack()], 'audio-0', /cut/],
    ['no track that lasts no time', [film({ durationSeconds: 0 }), audioTrack()], 'audio-0', /cut/],
    ['one film of two', [film(), film({ index: 2 }), audioTrack()], 'copy 480p 360p 240p audio-0', /cut/],
  ];
  for (const [name, tracks, expected, reason] of TABLE) {
    it(name, () => {
      const presentation = offered(tracks);
      expect(ids(presentation)).to.equal(expected);
      expect(presentation.reason).to.match(reason);
    });
  }

  it('eight audio tracks, one of them the default', () => {
    const tracks = Array.from({ length: 8 }, (_, i) => audioTrack({ index: i + 1, language: 'eng' }));
    const { audio } = offered([film(hd), ...tracks]);
    expect(audio.map(({ id }) => id)).to.deep.equal(tracks.map((_, i) => `audio-${i}`));
    expect(audio.filter(({ isDefault }) => isDefault).map(({ id }) => id)).to.deep.equal(['audio-0']);
  });

  it('no more audio tracks than a film can have', () => {
    const tracks = Array.from({ length: 60 }, (_, index) =>
      audioTrack({ ...ac3, index, isDefault: index === 50 }),
    );
    const { audio } = offered(tracks);
    expect(audio).to.have.length(32);
    expect(audio[0]?.id).to.equal('audio-50');
  });

  const WHY_NOT: [string, Parameters<typeof offered>, string, RegExp][] = [
    [
      'what its index forbids',
      [[film(hd)], { cuts: new Map([[0, { whyNot: 'its groups of pictures are open' }]]) }],
      '1080p 720p 480p 360p 240p',
      /^its groups of pictures are open$/,
    ],
    [
      'what was not looked at',
      [[film(hd), audioTrack()], { cuts: new Map() }],
      '1080p 720p 480p 360p 240p audio-0',
      /not known; .*not known/,
    ],
    [
      'keyframes that are too rare',
      [
        [film({ ...hd, durationSeconds: 100 })],
        { cuts: new Map([[0, filmCuts(film({ durationSeconds: 100 }), 31)]]) },
      ],
      '1080p 720p 480p 360p 240p',
      /more than 30 seconds apart/,
    ],
    [
      'what one response cannot carry',
      [[film(hd)], { limits: { ...presentationLimits, maxResponseBytes: 500_000 } }],
      '1080p 720p 480p 360p 240p',
      /more than one response carries/,
    ],
    [
      'transport streams',
      [[film(hd)], { about: { container: 'mpegts' } }],
      '1080p 720p 480p 360p 240p',
      /mpegts file does not tell/,
    ],
  ];
  for (const [name, question, expected, reason] of WHY_NOT) {
    it(`no copy of ${name}`, () => {
      const presentation = offered(...question);
      expect(ids(presentation)).to.equal(expected);
      expect(presentation.reason).to.match(reason);
    });
  }

  it('a copy alone if the video is too large to be encoded', () => {
    const limits = { ...presentationLimits, maxPixels: 1_000_000 };
    expect(ids(offered([film(hd), audioTrack()], { limits }))).to.equal('copy audio-0');
  });

  it('names what may be cut', () => {
    const tracks = [film(hevc), audioTrack(ac3), audioTrack({ index: 2 }), film({ index: 3 })];
    expect(copyCandidates(mediaOf(tracks))).to.deep.equal([0, 2]);
  });
});

describe('planPresentation refuses', () => {
  const TABLE: [string, readonly Track[], Parameters<typeof offered>[1], number, RegExp][] = [
    ['a file with neither film nor audio', [], {}, 415, /neither video nor audio/],
    ['cover art', [film({ isCoverArt: true })], {}, 415, /neither video nor audio/],
    ['what lasts no time', [film({ durationSeconds: 0 })], {}, 415, /have no duration/],
    [
      'no end',
      [film({ durationSeconds: null })],
      { about: { durationSeconds: null } },
      415,
      /does not tell how long/,
    ],
    ['an absurd end', [audioTrack({ durationSeconds: 1e9 })], {}, 415, /claims to last 1000000000 seconds/],
    ['video that is too large', [film({ ...hd, codec: 'vp9', codedWidth: 20_000 })], {}, 413, /20000x1080/],
    ['HEVC that would be alone', [film({ ...hd, ...hevc, codedWidth: 20_000 })], {}, 413, /20000x1080/],
  ];
  for (const [name, tracks, over, status, sentence] of TABLE) {
    it(`${name}: ${status}`, () => {
      const problem = thrownBy(() => offered(tracks, over));
      expect(problem.status).to.equal(status);
      expect(problem.message).to.match(sentence);
    });
  }
});

describe('planPresentation cuts', () => {
  it('all renditions of a film at the keyframes of its copy', () => {
    const presentation = offered([film({ ...hd, durationSeconds: 20 })], {
      cuts: new Map([[0, filmCuts(film({ durationSeconds: 20 }), 2.5)]]),
    });
    const copied = [2.5, 5, 7.5, 10, 12.5, 15, 17.5, 20];
    expect(ends(presentation, 'copy')).to.deep.equal(copied);
    expect(ends(presentation, '720p')).to.deep.equal(copied);
    const { segments } = find(presentation, '720p');
    for (const { id } of presentation.video.slice(1)) {
      expect(find(presentation, id).segments).to.equal(segments);
    }
  });

  it('audio in shorter segments beside a copy alone whose segments are long', () => {
    const tracks = [film({ durationSeconds: 20, bitrate: 100_000 }), audioTrack({ durationSeconds: 20 })];
    const cuts = new Map([
      [0, filmCuts(film({ durationSeconds: 20, bitrate: 100_000 }), 10)],
      [1, packetCuts(audioTrack({ durationSeconds: 20 }))],
    ]);
    const presentation = offered(tracks, { cuts });
    expect(ids(presentation)).to.equal('copy audio-0');
    expect(ends(presentation, 'audio-0').map(Math.round)).to.deep.equal([1, 3, 7, 10, 13, 17, 20]);
  });

  it('what is encoded beside a copy with long segments there and in between', () => {
    const presentation = offered(
      [film({ ...hd, durationSeconds: 20 }), audioTrack({ durationSeconds: 20 })],
      {
        cuts: new Map([[0, filmCuts(film({ durationSeconds: 20 }), 10)]]),
      },
    );
    expect(ends(presentation, 'copy')).to.deep.equal([10, 20]);
    const encoded = [1, 3, 6.5, 10, 320 / 24, 400 / 24, 20];
    expect(ends(presentation, '720p')).to.deep.equal(encoded);
    for (const [i, end] of ends(presentation, 'audio-0').entries()) {
      // The last packet is whole.
      expect(end).to.be.closeTo(encoded[i] ?? Number.NaN, 1024 / 48_000);
    }
  });

  it('what is encoded on the clock of its copy, where that has whole frames', () => {
    const clock = (timescale: number) => {
      const cuts = new Map([[0, filmCuts(film(hd), 1, timescale)]]);
      const { timescale: own, source } = find(offered([film(hd)], { cuts }), '720p');
      return [own, source.kind === 'encode' && 'frameTicks' in source && source.frameTicks];
    };
    expect(clock(12_288)).to.deep.equal([12_288, 512]);
    expect(clock(24)).to.deep.equal([24, 1]);
    expect(clock(1000)).to.deep.equal([90_000, 3750]);
  });

  const RATES: [number, number][] = [
    [24, 1],
    [25, 1],
    [30_000, 1001],
    [24_000, 1001],
    [60_000, 1001],
    [15, 1],
    [1, 1],
    [1_000_000, 33_333],
  ];
  for (const [numerator, denominator] of RATES) {
    it(`whole frames of ${numerator}/${denominator}`, () => {
      const frameRate = { numerator, denominator, constant: true };
      const { timescale, segments, source } = find(
        offered([film({ codec: 'vp9', frameRate, durationSeconds: 62.7 })]),
        '720p',
      );
      if (source.kind !== 'encode' || !('frameTicks' in source)) throw new Error('it is encoded');
      expect((timescale * denominator) / numerator).to.equal(source.frameTicks);
      const frames = segments.map(({ durationTicks }) => durationTicks / source.frameTicks);
      expect(frames.every(Number.isInteger)).to.equal(true);
      const sum = frames.reduce((total, count) => total + count, 0);
      expect(sum).to.equal(Math.round((62.7 * numerator) / denominator));
    });
  }

  const LENGTHS: [string, Track[], string, number[]][] = [
    ['a tenth of a second', [film({ codec: 'vp9', durationSeconds: 0.1 })], '720p', [0.083]],
    ['less than a frame', [film({ codec: 'vp9', durationSeconds: 0.01 })], '720p', [0.042]],
    ['short audio', [audioTrack({ ...ac3, durationSeconds: 0.1 })], 'audio-0', [0.107]],
    [
      'audio without film',
      [audioTrack({ ...ac3, durationSeconds: 12 })],
      'audio-0',
      [1.003, 3.008, 6.997, 11.008, 12.011],
    ],
    [
      'a late film, filled from zero',
      [film({ codec: 'vp9', startSeconds: 2, durationSeconds: 4 }), audioTrack()],
      '720p',
      [1, 3, 6],
    ],
    [
      'audio longer than the film',
      [film({ durationSeconds: 3.5 }), audioTrack({ ...ac3, durationSeconds: 10 })],
      'audio-0',
      [1.003, 3.008, 3.499, 7.509, 10.005],
    ],
    [
      'film longer than the audio',
      [film(), audioTrack({ ...ac3, durationSeconds: 3.2 })],
      'audio-0',
      [1.003, 3.2],
    ],
  ];
  for (const [name, tracks, id, expected] of LENGTHS) {
    it(name, () => {
      const found = ends(offered(tracks), id).map((seconds) => Math.round(seconds * 1000) / 1000);
      expect(found).to.deep.equal(expected);
    });
  }

  it('a late film from its own first frame if it is copied', () => {
    const late = film({ startSeconds: 0.5, durationSeconds: 9.5 });
    const presentation = offered([late, audioTrack()]);
    expect(presentation.zeroSeconds).to.equal(0);
    expect(find(presentation, 'copy').segments[0]).to.deep.equal({ startTicks: 6400, durationTicks: 12_800 });
    expect(find(presentation, '480p').segments[0]?.startTicks).to.equal(0);
    expect(ends(presentation, '480p')).to.deep.equal(ends(presentation, 'copy'));
  });

  it('from the earliest track of a file that was cut out of another', () => {
    const presentation = offered([
      film({ codec: 'vp9', startSeconds: 100.5 }),
      audioTrack({ ...ac3, startSeconds: 100 }),
    ]);
    expect(presentation.zeroSeconds).to.equal(100);
    expect(ends(presentation, '720p').at(-1)).to.equal(10.5);
    expect(presentation.durationSeconds).to.equal(10.5);
  });
  it('has the same zero whether or not the ffmpeg at hand decodes the first track', () => {
    const late = film({ ...hd, startSeconds: 2 });
    for (const undecodable of [null, 'The audio codec ac4 cannot be decoded here.']) {
      const presentation = offered([late, audioTrack({ ...ac3, undecodable })]);
      expect(presentation.zeroSeconds).to.equal(0);
    }
  });

  it('a day', () => {
    const durationSeconds = 86_400;
    const presentation = offered([film({ ...hd, durationSeconds }), audioTrack({ ...ac3, durationSeconds })]);
    expect(ends(presentation, '240p')).to.have.length(21_602);
    expect(presentation.durationSeconds).to.be.closeTo(durationSeconds, 0.03);
  });

  it('every rendition without a gap', () => {
    const tracks = [
      film({ ...hd, durationSeconds: 33.3 }),
      audioTrack({ durationSeconds: 33.4 }),
      audioTrack({ ...ac3, index: 2 }),
    ];
    const { video, audio } = offered(tracks);
    for (const { segments } of [...video, ...audio]) {
      for (const [i, { startTicks, durationTicks }] of segments.entries()) {
        expect(durationTicks).to.be.greaterThan(0);
        expect(startTicks + durationTicks).to.equal(
          segments[i + 1]?.startTicks ?? startTicks + durationTicks,
        );
      }
    }
  });
});

describe('planPresentation tells', () => {
  it('bitrates that cut segments have exactly, with their container', () => {
    const { peakBitrate, averageBitrate } = find(offered([film({ ...hd, durationSeconds: 20 })]), 'copy');
    expect(averageBitrate).to.be.within(5_000_000, 5_010_000);
    expect(peakBitrate).to.be.within(averageBitrate, 5_010_000);
    const even = packetCuts(audioTrack());
    // The second second has ten times as much as the others.
    const more = (cut: number) => (cut > 47 ? Math.min(cut - 47, 47) * 3000 : 0);
    const uneven = { ...even, bytesBefore: (cut: number) => even.bytesBefore(cut) + more(cut) };
    const audio = find(offered([audioTrack()], { cuts: new Map([[1, uneven]]) }), 'audio-0');
    const [, second] = audio.segments;
    if (audio.source.kind !== 'copy' || second === undefined) throw new Error('it is copied');
    const [, from = 0, to = 0] = audio.source.cuts;
    const bytes = uneven.bytesBefore(to) - uneven.bytesBefore(from);
    const container = 192 + 16 * (to - from);
    expect(audio.peakBitrate).to.equal(
      Math.ceil((8 * (bytes + container)) / (second.durationTicks / 48_000)),
    );
  });

  it('what each segment keeps to, for what is encoded', () => {
    const rendition = find(offered([film({ codec: 'vp9', durationSeconds: 40 })]), '720p');
    if (rendition.source.kind !== 'encode' || !('video' in rendition.source))
      throw new Error('it is encoded');
    const { maxBitrate } = rendition.source.video;
    expect(rendition.peakBitrate / maxBitrate).to.be.within(0.999, 1);
    expect(rendition.averageBitrate / maxBitrate).to.be.within(0.999, 1);
    // The shortest one has less at a time, and all of them the same over their length.
    for (const seconds of [0.5, 1, 4]) {
      expect(segmentBits(maxBitrate, seconds, seconds * 24) / seconds / maxBitrate).to.be.within(0.999, 1);
    }
  });

  it('more where what an encoder adds is more than a film has', () => {
    const rendition = find(offered([film({ codec: 'vp9', durationSeconds: 0.04 })]), '240p');
    if (rendition.source.kind !== 'encode' || !('video' in rendition.source))
      throw new Error('it is encoded');
    expect(rendition.peakBitrate / rendition.source.video.maxBitrate).to.be.above(2);
  });

  const TRACKS: [string, Partial<Parameters<typeof audioTrack>[0] & object>, object][] = [
    ['stereo', { sampleRate: 44_100 }, { channels: 2, sampleRate: 44_100, bitrate: 160_000 }],
    ['one channel', { channels: 1 }, { channels: 1, sampleRate: 48_000, bitrate: 96_000 }],
    ['six channels as two', { channels: 6 }, { channels: 2, sampleRate: 48_000, bitrate: 160_000 }],
    [
      'a rate that AAC has not',
      { sampleRate: 96_000 },
      { channels: 2, sampleRate: 48_000, bitrate: 160_000 },
    ],
    ['a telephone', { sampleRate: 8_000, channels: 1 }, { channels: 1, sampleRate: 8_000, bitrate: 32_000 }],
  ];
  for (const [name, over, expected] of TRACKS) {
    it(`how audio is encoded: ${name}`, () => {
      const [rendition] = offered([audioTrack({ ...ac3, ...over })]).audio;
      if (rendition?.source.kind !== 'encode') throw new Error('it is encoded');
      expect(rendition.source.audio).to.deep.include({ codec: 'aac', stream: 'i:2', ...expected });
      expect(rendition).to.include({ codecs: 'mp4a.40.2', timescale: rendition.source.audio.sampleRate });
    });
  }

  it('stereo first, and the same segments of all that is encoded of a track', () => {
    const { audio } = offered([film(hd), audioTrack({ ...ac3, channels: 6 })]);
    const [stereo, surround] = audio;
    expect(surround?.segments).to.equal(stereo?.segments);
    const told = audio.map(({ form, codecs, channels, isDefault, source }) => [
      ...[form, codecs, channels, isDefault, source.kind],
    ]);
    expect(told).to.deep.equal([
      ['usual', 'mp4a.40.2', 2, true, 'encode'],
      ['surround', 'mp4a.40.2', 6, false, 'encode'],
      ['ac3', 'ac-3', 6, true, 'copy'],
    ]);
  });

  it('the codec of what is cut, as the segments name it', () => {
    const presentation = offered([
      film({ ...hd, ...hevc, dynamicRange: 'pq' }),
      audioTrack({ codecString: 'mp4a.40.5', channels: 6 }),
    ]);
    expect(presentation.video[0]).to.include({ codecs: 'hvc1.1.6.L120.90', dynamicRange: 'pq' });
    expect(presentation.video[1]).to.include({ codecs: 'avc1.640028', dynamicRange: 'sdr' });
    expect(presentation.audio[0]).to.include({ codecs: 'mp4a.40.2', channels: 2 });
    expect(presentation.audio[1]).to.include({ codecs: 'mp4a.40.5', channels: 6 });
  });
});
