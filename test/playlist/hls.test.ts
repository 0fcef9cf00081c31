import { expect } from 'chai';
import type { Presentation, VideoRendition } from '../../functions/stream/plan/presentation.ts';
import { hlsMaster } from '../../functions/stream/playlist/hls-master.ts';
import { hlsIFrames, hlsMedia } from '../../functions/stream/playlist/hls-media.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';
import { readMaster, readMedia } from '../../testing/playlists.ts';
import { filmCuts, offered, usualCuts } from '../../testing/presentations.ts';

const hd = { displayWidth: 1920, displayHeight: 1080, bitrate: 5_000_000 };
const ac3 = { codec: 'ac3', codecString: 'ac-3' } as const;
const ntsc = { numerator: 30_000, denominator: 1001, constant: true };

function filmOf({ video }: Presentation, id = video[0]?.id): VideoRendition {
  const found = video.find((rendition) => rendition.id === id);
  if (found === undefined) throw new Error(`no rendition ${id}`);
  return found;
}

describe('hlsMaster', () => {
  it('lists every rendition with all that a player chooses by', () => {
    const presentation = offered([
      film({ ...hd, frameRate: ntsc }),
      audioTrack(),
      audioTrack({ ...ac3, index: 2 }),
    ]);
    const { variants, version, independentSegments } = readMaster(hlsMaster(presentation));
    expect([version, independentSegments]).to.deep.equal([7, true]);
    const films = variants.filter(({ isIFrameOnly }) => !isIFrameOnly);
    expect(films.map(({ uri }) => uri)).to.deep.equal(
      ['copy', '720p', '480p', '360p', '240p'].map((id) => `${id}/index.m3u8`),
    );
    const most = Math.max(...presentation.audio.map(({ peakBitrate }) => peakBitrate));
    for (const [i, { bandwidth, averageBandwidth, codecs, resolution, frameRate }] of films.entries()) {
      const rendition = filmOf(presentation, presentation.video[i]?.id);
      const { width, height } = rendition;
      expect({ bandwidth, codecs, resolution, frameRate }).to.deep.equal({
        bandwidth: rendition.peakBitrate + most,
        codecs: `${rendition.codecs},mp4a.40.2`,
        resolution: { width, height },
        frameRate: 29.97,
      });
      expect(averageBandwidth).to.be.lessThan(bandwidth);
    }
    expect(films.every(({ audio }) => audio.length === 2)).to.equal(true);
  });

  it('names each codec of the audio once', () => {
    const { variants } = readMaster(
      hlsMaster(
        offered([
          film(),
          audioTrack(),
          audioTrack({ index: 2 }),
          audioTrack({ index: 3, codecString: 'mp4a.40.5' }),
        ]),
      ),
    );
    expect(variants[0]?.codecs).to.equal('avc1.640028,mp4a.40.2,mp4a.40.5');
  });

  const NAMES: [string, (string | null)[], string[]][] = [
    [
      'languages in English',
      ['eng', 'de', 'pt-BR'],
      ['English en', 'German de', 'Brazilian Portuguese pt-BR'],
    ],
    ['two of one language', ['fra', 'fr'], ['French fr', 'French (2) fr']],
    ['none', [null, null], ['Track 1 (stereo) -', 'Track 2 (stereo) -']],
    [
      'what is no language',
      ['und', 'not a code', 'mul'],
      ['Track 1 (stereo) -', 'Track 2 (stereo) -', 'Track 3 (stereo) -'],
    ],
    ['a code without a name', ['qaa'], ['qaa qaa']],
    ['hostile text', ['"\n#EXT-X-ENDLIST'], ['Track 1 (stereo) -']],
  ];
  for (const [name, languages, expected] of NAMES) {
    it(`tells audio tracks apart: ${name}`, () => {
      const tracks = languages.map((language, i) => audioTrack({ index: i + 1, language }));
      const [variant] = readMaster(hlsMaster(offered([film(), ...tracks]))).variants;
      expect(variant?.audio.map(({ name, language }) => `${name} ${language ?? '-'}`)).to.deep.equal(
        expected,
      );
    });
  }

  it('has one default audio, and lets a player choose one of each language', () => {
    const tracks = ['eng', 'eng', 'deu', null, null].map((language, i) =>
      audioTrack({ index: i + 1, language, isDefault: i === 1, channels: i === 0 ? 6 : 2 }),
    );
    const [variant] = readMaster(hlsMaster(offered([film(), ...tracks]))).variants;
    const list = variant?.audio.map(({ uri, isDefault, autoselect, channels }) =>
      [uri, isDefault ? 'default' : '', autoselect ? 'auto' : '', channels].filter(Boolean).join(' '),
    );
    expect(list).to.deep.equal([
      'audio-1/index.m3u8 default auto 2',
      'audio-0/index.m3u8 2',
      'audio-0-surround/index.m3u8 6',
      'audio-2/index.m3u8 auto 2',
      'audio-3/index.m3u8 auto 2',
      'audio-4/index.m3u8 2',
    ]);
  });

  it('offers AC-3 in a group of its own, with large video', () => {
    const many = [film(hd), audioTrack({ ...ac3, channels: 6, language: 'eng' }), audioTrack({ index: 3 })];
    const { variants } = readMaster(hlsMaster(offered(many)));
    const shown = variants
      .filter(({ isIFrameOnly }) => !isIFrameOnly)
      .map(({ uri, codecs, audio }) =>
        [
          uri.split('/')[0],
          codecs?.split(',')[1],
          ...audio.map(({ name, channels }) => `${name}: ${channels}`),
        ].join(' '),
      );
    const usual = 'mp4a.40.2 English: 2 English (5.1): 6 Track 3 (stereo): 2';
    const own = 'ac-3 English (5.1): 6';
    expect(shown).to.deep.equal([
      ...['copy', '720p', '480p', '360p', '240p'].map((id) => `${id} ${usual}`),
      ...['copy', '720p'].map((id) => `${id} ${own}`),
    ]);
  });

  it("names audio tracks by the file's titles, none twice", () => {
    const tracks = [
      audioTrack({ language: 'eng' }),
      audioTrack({ language: 'eng', channels: 6 }),
      audioTrack({ language: 'eng', title: 'Director "Ann"', purpose: 'commentary' }),
      audioTrack({ language: 'eng', purpose: 'description' }),
      audioTrack({ language: 'deu', title: 'Deutsch' }),
      audioTrack({ language: 'fra', channels: 1 }),
      audioTrack({ language: 'fra' }),
      audioTrack({ language: 'spa', title: 'Latin American Spanish' }),
    ].map((track, i) => ({ ...track, index: i + 1 }));
    const text = hlsMaster(offered([film(), ...tracks]));
    const [variant] = readMaster(text).variants;
    expect(variant?.audio.map(({ name, autoselect }) => `${name}${autoselect ? ' *' : ''}`)).to.deep.equal([
      'English *',
      'English (2)',
      'English (5.1)',
      'English (Director \u2019Ann\u2019; commentary)',
      'English (audio description) *',
      'German (Deutsch) *',
      'French (mono) *',
      'French (stereo)',
      'Latin American Spanish *',
    ]);
    expect(text.match(/CHARACTERISTICS="public.accessibility.describes-video"/g)).to.have.length(1);
  });

  it('declares for every variant that the video has no captions', () => {
    const lines = hlsMaster(offered([film(hd), audioTrack()])).split('\n');
    const variants = lines.filter((line) => line.startsWith('#EXT-X-STREAM-INF'));
    expect(variants).to.have.length(5);
    expect(variants.every((line) => line.includes(',CLOSED-CAPTIONS=NONE'))).to.equal(true);
  });

  it('declares the codecs of trick play, which needs only video', () => {
    const track = film({ ...hd, displayWidth: 320, displayHeight: 240 });
    const cuts = filmCuts(track);
    const presentation = offered([track], { cuts: new Map([[0, { ...cuts, keyframeBytes: () => 10_000 }]]) });
    const found = readMaster(hlsMaster(presentation)).variants.find(({ isIFrameOnly }) => isIFrameOnly);
    // A frame every two seconds; the container's bytes are few.
    expect(found?.bandwidth).to.be.within(40_000, 41_000);
    expect(found?.averageBandwidth).to.be.within(40_000, 41_000);
  });

  it('offers audio alone as a variant without video', () => {
    const { variants } = readMaster(
      hlsMaster(offered([audioTrack(), audioTrack({ index: 2, language: 'deu' })])),
    );
    expect(variants).to.have.length(1);
    expect(variants[0]).to.include({ uri: 'audio-0/index.m3u8', codecs: 'mp4a.40.2' });
    expect(variants[0]?.resolution).to.equal(undefined);
    expect(variants[0]?.audio.map(({ uri }) => uri)).to.deep.equal([
      'audio-0/index.m3u8',
      'audio-1/index.m3u8',
    ]);
  });

  it('offers a film without audio', () => {
    const { variants } = readMaster(hlsMaster(offered([film()])));
    expect(variants[0]?.codecs).to.equal('avc1.640028');
    expect(variants.every(({ audio }) => audio.length === 0)).to.equal(true);
  });

  it('names the range of HEVC, and leaves out a frame rate that is unknown', () => {
    const hevc = film({
      ...hd,
      codec: 'hevc',
      codecString: 'hvc1.2.4.L120.B0',
      dynamicRange: 'pq',
      frameRate: null,
    });
    const { variants } = readMaster(hlsMaster(offered([hevc])));
    expect(variants.map(({ videoRange }) => videoRange ?? '-').join(' ')).to.equal('PQ - - - - - -');
    expect(variants[0]?.frameRate).to.equal(undefined);
  });

  const small = { displayWidth: 320, displayHeight: 240 };
  const TRICK_PLAY: [string, Parameters<typeof film>[0], everySeconds: number, string][] = [
    ['of the smallest rendition beside a copy', hd, 1, '240p'],
    ['of the copy where that is the smallest', small, 1, 'copy'],
    ['of a copy with few keyframes, if nothing is encoded', { ...small, bitrate: 300_000 }, 5, 'copy'],
    ['of an encoded rendition of its size, if it has few keyframes', { ...small, bitrate: 9e6 }, 5, '240p'],
    ['of a copy that is as small as what is encoded', { ...small, bitrate: 9e6 }, 2, 'copy'],
    ['of the smallest where there is no copy', { ...hd, codec: 'vp9' }, 1, '240p'],
    ['of H.264 beside HEVC', { ...hd, codec: 'hevc', codecString: 'hvc1.1.6.L120.90' }, 1, '240p'],
    ['of the only one', { displayWidth: 2000, displayHeight: 90, codec: 'vp9' }, 1, '90p'],
  ];
  for (const [name, over, everySeconds, id] of TRICK_PLAY) {
    it(`has trick play ${name}`, () => {
      const track = film(over);
      const presentation = offered([track], { cuts: new Map([[0, filmCuts(track, everySeconds)]]) });
      const variants = readMaster(hlsMaster(presentation)).variants.filter((variant) => variant.isIFrameOnly);
      expect(variants.map(({ uri }) => uri)).to.deep.equal([`${id}/iframes.m3u8`]);
      expect(variants[0]?.codecs).to.equal(filmOf(presentation, id).codecs);
    });
  }
});

describe('hlsMedia', () => {
  it('is complete, and every segment stands on its own', () => {
    const presentation = offered([film(hd), audioTrack()]);
    const playlist = readMedia(hlsMedia(filmOf(presentation), presentation, 'abc'));
    const { version, playlistType, endlist, independentSegments, targetDuration, segments } = playlist;
    expect({ version, playlistType, endlist, independentSegments, targetDuration }).to.deep.equal({
      version: 7,
      playlistType: 'VOD',
      endlist: true,
      independentSegments: true,
      targetDuration: 4,
    });
    expect(segments.map(({ uri, duration }) => `${uri} ${duration}`)).to.deep.equal([
      '0.m4s?v=abc 1',
      '1.m4s?v=abc 2',
      '2.m4s?v=abc 4',
      '3.m4s?v=abc 3',
    ]);
    expect(segments.every(({ map }) => map.uri === 'init.mp4?v=abc')).to.equal(true);
  });

  it('adds up to the end of the film, whatever is rounded', () => {
    const presentation = offered([
      film({ codec: 'vp9', frameRate: ntsc, durationSeconds: 7200 }),
      audioTrack({ ...ac3, sampleRate: 44_100, durationSeconds: 7200 }),
    ]);
    for (const rendition of [...presentation.video, ...presentation.audio]) {
      const { segments } = readMedia(hlsMedia(rendition, presentation, 'v'));
      let sum = 0;
      for (const [i, { duration }] of segments.entries()) {
        sum += duration;
        const { startTicks = 0, durationTicks = 0 } = rendition.segments[i] ?? {};
        expect(sum).to.be.closeTo((startTicks + durationTicks) / rendition.timescale, 1e-6);
      }
    }
  });

  it('takes little of a processor for a film of two hours', () => {
    const durationSeconds = 7200;
    const tracks = [film({ ...hd, durationSeconds, frameRate: ntsc }), audioTrack({ durationSeconds })];
    const cuts = usualCuts(mediaOf(tracks));
    const milliseconds = (work: () => unknown) => {
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    const plans: number[] = [];
    const texts: number[] = [];
    let segments = 0;
    for (let round = 0; round < 9; round++) {
      let presentation = offered([audioTrack()]);
      plans.push(milliseconds(() => (presentation = offered(tracks, { cuts }))));
      texts.push(
        milliseconds(() => {
          segments = hlsMedia(filmOf(presentation), presentation, 'v').split('#EXTINF').length - 1;
        }),
      );
    }
    const middle = (figures: number[]) => figures.sort((a, b) => a - b)[4]?.toFixed(1);
    console.log(`      plan ${middle(plans)} ms, playlist ${middle(texts)} ms of CPU`);
    expect(segments).to.equal(1802);
  });

  it('has the same target for all renditions, which no segment exceeds', () => {
    const presentation = offered(
      [film({ ...hd, durationSeconds: 40 }), audioTrack({ durationSeconds: 40 })],
      {
        cuts: new Map([[0, filmCuts(film({ durationSeconds: 40 }), 10.6)]]),
      },
    );
    for (const rendition of [...presentation.video, ...presentation.audio]) {
      const { targetDuration, segments } = readMedia(hlsMedia(rendition, presentation, 'v'));
      expect(targetDuration).to.equal(11);
      expect(segments.every(({ duration }) => Math.round(duration) <= 11)).to.equal(true);
    }
  });

  it('has the time before a late film in its first segment', () => {
    const presentation = offered([film({ startSeconds: 0.5, durationSeconds: 9.5 }), audioTrack()]);
    const { segments } = readMedia(hlsMedia(filmOf(presentation), presentation, 'v'));
    expect(segments.map(({ duration }) => duration)).to.deep.equal([1.5, 2, 4, 2.5]);
  });
});

describe('hlsIFrames', () => {
  const CADENCE: [string, string, everySeconds: number, number[]][] = [
    ['of what is encoded, whatever its segments', '240p', 1, [1, 2, 2, 2, 1.5, 1.5]],
    ['of what is encoded, whatever the keyframes of the file', '240p', 10, [1, 2, 1.75, 1.75, 1.75, 1.75]],
    ['of a copy, as far as it has keyframes', 'copy', 0.5, [2, 2, 2, 2, 2]],
    ['of a copy with few keyframes, all of them', 'copy', 5, [5, 5]],
  ];
  for (const [name, id, everySeconds, lengths] of CADENCE) {
    it(`has a frame every two seconds ${name}`, () => {
      const track = film(hd);
      const presentation = offered([track], { cuts: new Map([[0, filmCuts(track, everySeconds)]]) });
      const { isIFrame, segments } = readMedia(hlsIFrames(filmOf(presentation, id), presentation, 'abc'));
      expect(isIFrame).to.equal(true);
      expect(segments.map(({ duration }) => duration)).to.deep.equal(lengths);
      expect(segments.map(({ uri }) => uri)).to.deep.equal(lengths.map((_, i) => `iframe-${i}.m4s?v=abc`));
      expect(segments.every(({ map }) => map.uri === 'init.mp4?v=abc')).to.equal(true);
    });
  }
});
