import { expect } from 'chai';
import type { SubtitleTrack } from '../../functions/stream/media/model/media.ts';
import { sidecarPrefix, sidecarsAmong } from '../../functions/stream/plan/sidecars.ts';
import { textTracksOf } from '../../functions/stream/plan/text-tracks.ts';
import { namedTexts } from '../../functions/stream/playlist/text-names.ts';
import { film, mediaOf } from '../../testing/media.ts';

/** What a file beside `films/a.b.mkv` is taken for: language, title, forced, for the hearing impaired, default. */
const SIDECARS: readonly (readonly [suffix: string, meant: string | null])[] = [
  ['vtt', ' - - - - -'],
  ['en.vtt', ' en - - - -'],
  ['eng.srt', ' eng - - - -'],
  ['de.forced.srt', ' de - forced - -'],
  ['en.sdh.srt', ' en - - sdh -'],
  ['en.cc.ass', ' en - - sdh -'],
  ['pt-BR.default.vtt', ' pt-BR - - - default'],
  ['zh_Hant.srt', ' zh-Hant - - - -'],
  ['en.Directors cut.srt', ' en Directors cut - - -'],
  ['EN.SRT', ' EN - - - -'],
  ['forced.en.ttml', ' en - forced - -'],
  ['qqq.srt', ' - qqq - - -'],
  ['mkv', null],
  ['en.txt', null],
  ['nfo', null],
];

describe('files beside a film', () => {
  for (const [suffix, meant] of SIDECARS) {
    it(`${suffix} is ${meant === null ? 'no subtitles' : `taken for${meant}`}`, () => {
      const key = 'films/a.b.mkv';
      const [found] = sidecarsAmong(key, [{ key: `films/a.b.${suffix}`, sizeBytes: 1 }]);
      const told = found && [
        '',
        found.language ?? '-',
        found.title ?? '-',
        found.isForced ? 'forced' : '-',
        found.isForHearingImpaired ? 'sdh' : '-',
        found.isDefault ? 'default' : '-',
      ];
      expect(told?.join(' ') ?? null).to.equal(meant);
    });
  }

  it('are not those of another film whose name begins alike', () => {
    const keys = ['movie.en.srt', 'movie.director.mp4', 'movie.director.srt', 'movie.director.de.vtt'];
    const objects = keys.map((key) => ({ key, sizeBytes: 1 }));
    expect(sidecarsAmong('movie.mp4', objects).map(({ key }) => key)).to.deep.equal(['movie.en.srt']);
    expect(sidecarsAmong('movie.director.mp4', objects).map(({ key }) => key)).to.deep.equal([
      'movie.director.srt',
      'movie.director.de.vtt',
    ]);
  });

  it('begin with the name of the film and a dot', () => {
    expect(sidecarPrefix('films/a.b.mkv')).to.equal('films/a.b.');
    expect(sidecarPrefix('film')).to.equal('film.');
    expect(sidecarPrefix('a.folder/film')).to.equal('a.folder/film.');
    expect(sidecarPrefix('.hidden')).to.equal('.hidden.');
  });
});

describe('text tracks', () => {
  const track = (over: Partial<SubtitleTrack> & { readonly index: number }): SubtitleTrack => ({
    ...{ kind: 'subtitle', stream: '0', undecodable: null, startSeconds: 0, durationSeconds: null },
    ...{ isDefault: true, bitrate: null, codec: 'S_TEXT/UTF8', language: 'eng', title: null },
    ...{ isForced: false, isForHearingImpaired: false },
    ...over,
  });

  it('have names of their own, and say why they are not shown', () => {
    const media = mediaOf([
      film(),
      track({ index: 1 }),
      track({ index: 2, isForHearingImpaired: true }),
      track({ index: 3, title: 'English commentary' }),
      track({ index: 4, codec: 'S_HDMV/PGS' }),
      track({ index: 5, language: null, isForced: true }),
    ]);
    const beside = sidecarsAmong('film.mkv', [
      { key: 'film.de.srt', sizeBytes: 1 },
      { key: 'film.de.vtt', sizeBytes: 1 },
      { key: 'film.vtt', sizeBytes: 1 },
    ]);
    const tracks = textTracksOf(media, beside);
    expect(namedTexts(tracks).map(({ track, name, language }) => [track.id, name, language])).to.deep.equal([
      ['track-1', 'English', 'en'],
      ['track-2', 'English (SDH)', 'en'],
      ['track-3', 'English commentary', 'en'],
      ['track-4', 'English (2)', 'en'],
      ['track-5', 'Subtitles 5 (forced)', null],
      ['file-de', 'German', 'de'],
      ['file-de-2', 'German (2)', 'de'],
      ['file', 'Subtitles 8', null],
    ]);
    expect(tracks.flatMap(({ id, whyNot }) => (whyNot === null ? [] : [[id, whyNot]]))).to.deep.equal([
      ['track-4', 'its subtitles are images, and only text can be shown by players'],
    ]);
  });
});
