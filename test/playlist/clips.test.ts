import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import { expect } from 'chai';
import { clipOf } from '../../functions/stream/plan/clip.ts';
import type { TextTrack } from '../../functions/stream/plan/text-tracks.ts';
import { dashManifest } from '../../functions/stream/playlist/dash.ts';
import { hlsMaster } from '../../functions/stream/playlist/hls-master.ts';
import { hlsIFrames, hlsMedia } from '../../functions/stream/playlist/hls-media.ts';
import { hlsText } from '../../functions/stream/playlist/hls-text.ts';
import { audioTrack, film } from '../../testing/media.ts';
import { readMaster, readMedia } from '../../testing/playlists.ts';
import { offered } from '../../testing/presentations.ts';

/** Frames 30 to 180 of 24 a second: 1.25 to 7.5 seconds. */
const clip = clipOf(offered([film(), audioTrack()]), { startSeconds: 1.25, endSeconds: 7.5 });
const [copy] = clip.video;
const [song] = clip.audio;
if (copy === undefined || song === undefined) throw new Error('The clip has no copies.');
const text: TextTrack = {
  ...{ id: 'file-en', language: 'en', title: null, isForced: false, isForHearingImpaired: false },
  ...{ isDefault: false, origin: { kind: 'file', sidecar: {} as never }, whyNot: null },
};
const companions = { thumbnails: null, texts: [text], hasChapters: true };

describe('playlists of a clip', () => {
  it('are all named with the clip', () => {
    const master = hlsMaster(clip, companions);
    const uris = master.match(/(?<=URI=")[^"]+|^[^#\n]+/gm) ?? [];
    expect(uris).to.deep.equal(
      [
        'chapters.json',
        ...['audio-0', 'file-en', 'copy', '480p', '360p', '240p'].map((id) => `${id}/index.m3u8`),
        '240p/iframes.m3u8',
      ].map((uri) => `${uri}?start=1.25&end=7.5`),
    );
    expect(readMaster(master).variants[0]?.codecs).to.equal('avc1.640028,mp4a.40.2');
    expect(hlsText(clip)).to.contain('#EXTINF:6.250000,\nsubtitles-1250-7500.vtt\n');
  });

  it('have the film’s own segments between its parts, and count from its start', () => {
    const { segments, targetDuration } = readMedia(hlsMedia(copy, clip, 'v-1'));
    expect(segments[0]?.map?.uri).to.equal('clip-init.mp4?v=v-1');
    expect(segments.map(({ uri, duration }) => [uri, duration])).to.deep.equal([
      ['30-72.m4s?v=v-1', 1.75],
      ['2.m4s?v=v-1', 4],
      ['168-180.m4s?v=v-1', 0.5],
    ]);
    expect(targetDuration).to.equal(4);
    const audio = readMedia(hlsMedia(song, clip, 'v-1')).segments;
    expect(audio[0]?.map?.uri).to.equal('init.mp4?v=v-1');
    expect(audio.map(({ uri }) => uri)).to.deep.equal([
      '58-141.m4s?v=v-1',
      '2.m4s?v=v-1',
      '328-352.m4s?v=v-1',
    ]);
    // The packet before the start is not counted, so that all later ones are in time.
    expect(audio[0]?.duration).to.be.closeTo((141 * 1024) / 48_000 - 1.25, 1e-6);
  });

  it('have trick play from the first frame of the clip on', () => {
    const trick = clip.video.find(({ id }) => id === '240p');
    if (trick === undefined) throw new Error('The clip has no smallest rendition.');
    const { segments } = readMedia(hlsIFrames(trick, clip, 'v-1'));
    expect(segments[0]?.map?.uri).to.equal('init.mp4?v=v-1');
    expect(segments.map(({ uri, duration }) => [uri, duration])).to.deep.equal([
      ['iframe-30-72.m4s?v=v-1', 1.75],
      ['iframe-2.m4s?v=v-1', 2],
      ['iframe-3.m4s?v=v-1', 2],
      ['iframe-4.m4s?v=v-1', 0.5],
    ]);
  });

  it('are lists of segments in DASH, with the film’s times and where the clip begins', () => {
    const mpd = new DOMParser({ onError: onErrorStopParsing }).parseFromString(
      dashManifest(clip, 'v-1', companions),
      'application/xml',
    ).documentElement;
    expect(mpd?.getAttribute('mediaPresentationDuration')).to.equal('PT6.250000S');
    expect(mpd?.getAttribute('profiles')).to.equal('urn:mpeg:dash:profile:full:2011');
    const lists = [...(mpd?.getElementsByTagName('SegmentList') ?? [])].map((list) => {
      const values = (name: string, attribute: string) =>
        [...list.getElementsByTagName(name)].map((each) => each.getAttribute(attribute));
      const timescale = Number(list.getAttribute('timescale'));
      const [start] = values('S', 't');
      return {
        offset: Number(list.getAttribute('presentationTimeOffset')) / timescale,
        start: Number(start) / timescale,
        lengths: values('S', 'd').map((length) => Number(length) / timescale),
        init: values('Initialization', 'sourceURL'),
        media: values('SegmentURL', 'media'),
      };
    });
    const film = { offset: 1.25, start: 1.25, lengths: [1.75, 4, 0.5] };
    const media = ['30-72.m4s?v=v-1', '2.m4s?v=v-1', '168-180.m4s?v=v-1'];
    const encoded = { ...film, init: ['init.mp4?v=v-1'], media };
    expect(lists).to.deep.equal([
      { ...film, init: ['clip-init.mp4?v=v-1'], media },
      ...[encoded, encoded, encoded],
      {
        offset: 1.25,
        start: (58 * 1024) / 48_000,
        lengths: [83, 187, 24].map((packets) => (packets * 1024) / 48_000),
        init: ['init.mp4?v=v-1'],
        media: ['58-141.m4s?v=v-1', '2.m4s?v=v-1', '328-352.m4s?v=v-1'],
      },
    ]);
    const bases = [...(mpd?.getElementsByTagName('BaseURL') ?? [])].map(({ textContent }) => textContent);
    expect(bases).to.deep.equal([
      ...['copy/', '480p/', '360p/', '240p/', 'audio-0/'],
      'file-en/subtitles-1250-7500.vtt',
    ]);
  });
});
