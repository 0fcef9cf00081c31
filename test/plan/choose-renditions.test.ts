import { expect } from 'chai';
import { Problem } from '../../functions/stream/base/problem.ts';
import { chooseRenditions, type Offering } from '../../functions/stream/plan/choose-renditions.ts';
import type { TextTrack } from '../../functions/stream/plan/text-tracks.ts';
import { parseRoute } from '../../functions/stream/route/routes.ts';
import { audioTrack, film } from '../../testing/media.ts';
import { offered } from '../../testing/presentations.ts';

/** What is asked of a film of 720 lines with English, German and Brazilian audio and three text tracks, and what is left. */
const CHOICES: readonly (readonly [query: string, left: string])[] = [
  ['', 'copy 480p 360p 240p | audio-0* audio-1 audio-2 | track-5 file-de file-pt-br'],
  ['max-height=480', '480p 360p 240p | audio-0* audio-1 audio-2 | track-5 file-de file-pt-br'],
  ['min-height=360&max-height=480', '480p 360p | audio-0* audio-1 audio-2 | track-5 file-de file-pt-br'],
  ['renditions=copy', 'copy | audio-0* audio-1 audio-2 | track-5 file-de file-pt-br'],
  [
    'renditions=encoded&order=worst-first',
    '240p 360p 480p | audio-0* audio-1 audio-2 | track-5 file-de file-pt-br',
  ],
  ['audio=de', 'copy 480p 360p 240p | audio-1* | track-5 file-de file-pt-br'],
  ['audio=2,en', 'copy 480p 360p 240p | audio-0* audio-2 | track-5 file-de file-pt-br'],
  ['audio=pt', 'copy 480p 360p 240p | audio-2* | track-5 file-de file-pt-br'],
  ['subtitles=none', 'copy 480p 360p 240p | audio-0* audio-1 audio-2 | '],
  ['subtitles=de,track-5', 'copy 480p 360p 240p | audio-0* audio-1 audio-2 | track-5 file-de'],
  ['subtitles=pt', 'copy 480p 360p 240p | audio-0* audio-1 audio-2 | file-pt-br'],
];

const WRONG: readonly (readonly [query: string, detail: string])[] = [
  [
    'max-height=100',
    'No rendition is left by the parameters min-height, max-height and renditions: there is 720',
  ],
  ['renditions=copy&max-height=480', 'No rendition is left'],
  ['audio=fr', 'The parameter "audio" names fr, and there is 0 (en), 1 (de), 2 (pt-BR).'],
  [
    'subtitles=fr',
    'The parameter "subtitles" names fr, and there is track-5 (en), file-de (de), file-pt-br (pt-BR).',
  ],
  ['max-height=0', 'The parameter "max-height" must be'],
  ['renditions=none', 'The parameter "renditions" must be one of copy, encoded, all.'],
  ['audio=', 'The parameter "audio" must be a list such as en,de.'],
  ['max-heigth=480', 'is "max-height" meant?'],
];

describe('a playlist of some renditions', () => {
  const all = (): Offering => {
    const audio = ['en', 'de', 'pt-BR'].map((language, i) =>
      audioTrack({ index: i + 1, language, isDefault: i === 0 }),
    );
    const presentation = offered([film({ index: 0 }), ...audio]);
    const text = (id: string, language: string): TextTrack => ({
      ...{ id, language, title: null, isForced: false, isForHearingImpaired: false, isDefault: false },
      origin: { kind: 'file', sidecar: {} as never },
      whyNot: null,
    });
    return {
      presentation,
      texts: [text('track-5', 'en'), text('file-de', 'de'), text('file-pt-br', 'pt-BR')],
    };
  };
  const chosen = (query: string) => {
    const route = parseRoute(new URL(`https://sluice.example/hls/film.mkv/master.m3u8?${query}`));
    if (route.kind !== 'adaptive' || route.ask.kind !== 'master') throw new TypeError('It is no playlist.');
    return route.ask.choice === undefined ? all() : chooseRenditions(all(), route.ask.choice);
  };

  for (const [query, left] of CHOICES) {
    it(`by ${query || 'no parameter'} has ${left}`, () => {
      const { presentation, texts } = chosen(query);
      const audio = presentation.audio.map(({ id, isDefault }) => `${id}${isDefault ? '*' : ''}`);
      const names = [presentation.video.map(({ id }) => id), audio, texts.map(({ id }) => id)];
      expect(names.map((each) => each.join(' ')).join(' | ')).to.equal(left);
    });
  }

  for (const [query, detail] of WRONG) {
    it(`is refused for ${query}`, () => {
      try {
        chosen(query);
        expect.fail('It was not refused.');
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        expect(error.type).to.equal('bad-parameter');
        expect(error.message).to.contain(detail);
      }
    });
  }
});
