import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom';
import { expect } from 'chai';
import type { Presentation } from '../../functions/stream/plan/presentation.ts';
import { dashManifest } from '../../functions/stream/playlist/dash.ts';
import { element } from '../../functions/stream/playlist/xml.ts';
import { audioTrack, film } from '../../testing/media.ts';
import { filmCuts, offered } from '../../testing/presentations.ts';

const hd = { displayWidth: 1920, displayHeight: 1080, bitrate: 5_000_000 };
const ac3 = { codec: 'ac3', codecString: 'ac-3' } as const;

/** Strict: every warning of the parser is an error. */
const read = (text: string) =>
  new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'application/xml').documentElement;

const manifest = (presentation: Presentation) => {
  const mpd = read(dashManifest(presentation, 'v-1'));
  if (mpd === null) throw new Error('the manifest is empty');
  return mpd;
};

const all = (within: Element, name: string): Element[] => [...within.getElementsByTagName(name)];
const children = (within: Element, name: string) =>
  all(within, name).filter((child) => child.parentNode === within);

/**
 * Returns starts and ends of all segments as a player adds them up, in seconds: some add up the values of
 * both levels.
 */
function times(representation: Element): number[][] {
  const set = representation.parentNode as Element;
  const templates = [representation, set].flatMap((level) => children(level, 'SegmentTemplate'));
  expect(templates, representation.getAttribute('id') ?? '').to.have.length(1);
  const [template] = templates;
  if (template === undefined) throw new Error('there is no template');
  const timescale = Number(template.getAttribute('timescale'));
  const list: number[][] = [];
  let time = 0;
  for (const run of all(template, 'S')) {
    time = Number(run.getAttribute('t') ?? time);
    for (let i = 0; i <= Number(run.getAttribute('r') ?? 0); i++) {
      const end = time + Number(run.getAttribute('d'));
      list.push([time / timescale, end / timescale]);
      time = end;
    }
  }
  return list;
}

const sets = (presentation: Presentation) =>
  all(manifest(presentation), 'AdaptationSet').map((set) =>
    children(set, 'Representation')
      .map((each) => each.getAttribute('id'))
      .join(' '),
  );

describe('dashManifest', () => {
  const films = [film({ ...hd, durationSeconds: 33.3 }), audioTrack({ durationSeconds: 33.3 })];
  const long = { cuts: new Map([[0, filmCuts(film({ durationSeconds: 33.3 }), 10)]]) };

  it('is static, in whole', () => {
    const mpd = manifest(offered(films));
    const attributes = ['type', 'profiles', 'mediaPresentationDuration', 'maxSegmentDuration'];
    expect(attributes.map((name) => mpd.getAttribute(name))).to.deep.equal([
      'static',
      'urn:mpeg:dash:profile:isoff-live:2011',
      'PT33.301333S',
      'PT5S',
    ]);
    expect(mpd.namespaceURI).to.equal('urn:mpeg:dash:schema:mpd:2011');
  });

  it('has the segments of every rendition, at their times', () => {
    const presentation = offered([...films, audioTrack({ ...ac3, index: 2, durationSeconds: 12 })], long);
    const representations = all(manifest(presentation), 'Representation');
    const renditions = [...presentation.video, ...presentation.audio];
    expect(representations).to.have.length(renditions.length);
    for (const { id, segments, timescale } of renditions) {
      const found = representations.find((each) => each.getAttribute('id') === id);
      if (found === undefined) throw new Error(`no ${id}`);
      expect(times(found)).to.deep.equal(
        segments.map(({ startTicks, durationTicks }) => [
          startTicks / timescale,
          (startTicks + durationTicks) / timescale,
        ]),
      );
    }
  });

  it('has one template for all of a set that have the same, or else one with each', () => {
    const placed = (presentation: Presentation) =>
      all(manifest(presentation), 'AdaptationSet').map((set) => [
        children(set, 'SegmentTemplate').length,
        ...children(set, 'Representation').map((each) => children(each, 'SegmentTemplate').length),
      ]);
    // The copy's clock differs from the others'; with the same one, only the lists themselves differ.
    const sameClock = new Map([[0, filmCuts(film(hd), 1, 90_000)]]);
    expect(placed(offered([film(hd), audioTrack()]))).to.deep.equal([
      [0, 1, 1, 1, 1, 1],
      [1, 0],
    ]);
    expect(placed(offered([film(hd), audioTrack()], { cuts: sameClock }))).to.deep.equal([
      [1, 0, 0, 0, 0, 0],
      [1, 0],
    ]);
    expect(placed(offered(films, long))).to.deep.equal([
      [1, 0],
      [1, 0, 0, 0, 0],
      [1, 0],
    ]);
  });

  it('counts segments from 0, at addresses with their version', () => {
    for (const template of all(manifest(offered(films)), 'SegmentTemplate')) {
      const names = ['startNumber', 'initialization', 'media', 'presentationTimeOffset'];
      expect(names.map((name) => template.getAttribute(name))).to.deep.equal([
        '0',
        '$RepresentationID$/init.mp4?v=v-1',
        '$RepresentationID$/$Number$.m4s?v=v-1',
        null,
      ]);
    }
  });

  it('declares everything by which a player chooses', () => {
    const presentation = offered(films);
    for (const rendition of presentation.video) {
      const found = all(manifest(presentation), 'Representation').find(
        (each) => each.getAttribute('id') === rendition.id,
      );
      const names = ['codecs', 'bandwidth', 'width', 'height', 'frameRate'];
      expect(names.map((name) => found?.getAttribute(name))).to.deep.equal([
        rendition.codecs,
        String(rendition.peakBitrate),
        String(rendition.width),
        String(rendition.height),
        '24/1',
      ]);
    }
  });

  const SETS: [string, Presentation, string[]][] = [
    ['one for all that share their segments', offered(films), ['copy 720p 480p 360p 240p', 'audio-0']],
    ['a copy with segments of its own', offered(films, long), ['copy', '720p 480p 360p 240p', 'audio-0']],
    [
      'HEVC on its own',
      offered([film({ ...hd, codec: 'hevc', codecString: 'hvc1.1.6.L120.90' }), audioTrack()]),
      ['copy', '1080p 720p 480p 360p 240p', 'audio-0'],
    ],
    ['one for each audio track', offered([audioTrack(), audioTrack({ index: 2 })]), ['audio-0', 'audio-1']],
  ];
  for (const [name, presentation, expected] of SETS) {
    it(`sets to switch within: ${name}`, () => expect(sets(presentation)).to.deep.equal(expected));
  }

  it('claims that segments are aligned only if they are', () => {
    const variable = { numerator: 29_500, denominator: 1000, constant: false };
    const track = film({ ...hd, frameRate: variable });
    const exact = manifest(offered(films));
    // A keyframe every 1.01 s is on no grid of 30 frames a second.
    const near = manifest(offered([track], { cuts: new Map([[0, filmCuts(track, 1.01)]]) }));
    const aligned = (mpd: Element) => all(mpd, 'AdaptationSet')[0]?.getAttribute('segmentAlignment');
    expect([aligned(exact), aligned(near)]).to.deep.equal(['true', 'false']);
    expect(all(near, 'AdaptationSet')).to.have.length(1);
  });

  it('prefers the set that has more to switch between', () => {
    const priorities = all(manifest(offered(films, long)), 'AdaptationSet').map((set) =>
      set.getAttribute('selectionPriority'),
    );
    expect(priorities).to.deep.equal(['1', '4', '3']);
  });

  it('names languages, the main audio and the channels', () => {
    const presentation = offered([
      film(),
      audioTrack({ language: 'eng', channels: 6 }),
      audioTrack({ index: 2, language: 'deu' }),
    ]);
    const described = all(manifest(presentation), 'AdaptationSet')
      .slice(1)
      .map((set) => [
        set.getAttribute('lang'),
        all(set, 'Label')[0]?.textContent,
        all(set, 'Role')[0]?.getAttribute('value'),
        all(set, 'AudioChannelConfiguration')[0]?.getAttribute('value'),
        set.getAttribute('selectionPriority'),
      ]);
    expect(described).to.deep.equal([
      ['en', 'English', 'main', '2', '3'],
      ['en', 'English (5.1)', 'main', '6', '1'],
      ['de', 'German', 'alternate', '2', '2'],
    ]);
  });

  const RATIOS: [number, number, string][] = [
    [1920, 1080, '16:9'],
    [854, 480, '16:9'],
    [1080, 1920, '9:16'],
    [1440, 1080, '4:3'],
    [1920, 800, '12:5'],
    [500, 500, '1:1'],
    [4000, 20, '200:1'],
  ];
  for (const [displayWidth, displayHeight, par] of RATIOS) {
    it(`the shape of ${displayWidth}x${displayHeight} is ${par}`, () => {
      const [set] = all(
        manifest(offered([film({ displayWidth, displayHeight, codec: 'vp9' })])),
        'AdaptationSet',
      );
      expect(set?.getAttribute('par')).to.equal(par);
    });
  }

  it('repeats segments of one length in one element', () => {
    const presentation = offered([film({ codec: 'vp9', durationSeconds: 7200 })]);
    expect(all(manifest(presentation), 'S')).to.have.length(4);
  });
});

describe('element', () => {
  it('escapes attributes', () => {
    const text = element('a', { b: `<&>"'\u20ac`, c: 0, d: null }, [element('e', {})]);
    const read = new DOMParser({ onError: onErrorStopParsing }).parseFromString(
      text,
      'application/xml',
    ).documentElement;
    expect(read?.getAttribute('b')).to.equal(`<&>"'\u20ac`);
    expect([read?.getAttribute('c'), read?.hasAttribute('d')]).to.deep.equal(['0', false]);
    expect(read?.firstChild?.nodeName).to.equal('e');
  });
});
