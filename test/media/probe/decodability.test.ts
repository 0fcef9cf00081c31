import { expect } from 'chai';
import type { Container } from '../../../functions/stream/media/model/containers.ts';
import type { Track } from '../../../functions/stream/media/model/media.ts';
import { withDecodability } from '../../../functions/stream/media/probe/decodability.ts';
import { audioTrack, film, mediaOf } from '../../../testing/media.ts';

describe('withDecodability', () => {
  /** Returns the reason at a track if ffmpeg lists some codecs, and decodes the trial or not. */
  async function told(
    track: Track,
    codecs: readonly string[] | null,
    works: boolean | null,
    container: Container,
  ) {
    let asked = 0;
    const media = await withDecodability(mediaOf([track], { container }), {
      decoding: {
        async codecs() {
          asked++;
          return codecs && new Set(codecs);
        },
        tries: async () => expect.fail('It is the caller who tries.'),
      },
      nameOf: ({ codec }) => codec,
      async tries() {
        if (works === null) throw new Error('Nothing was to be tried.');
        return works;
      },
    });
    return { asked, why: media.tracks[0]?.undecodable };
  }

  const xhe = audioTrack({ codecString: 'mp4a.40.42' });
  const prores = film({ codec: 'other', codecName: 'prores' });
  const flac32 = audioTrack({ codec: 'flac', bitsPerSample: 32 });
  const refused = (kind: string, codec: string) => `The ${kind} codec ${codec} cannot be decoded here.`;
  const TABLE: [string, Track, readonly string[] | null, boolean | null, Container, string | null][] = [
    ['AV1 without its decoder', film({ codec: 'av1' }), ['h264'], null, 'mp4', refused('video', 'av1')],
    ['AV1 with it', film({ codec: 'av1' }), ['av1'], null, 'webm', null],
    ['xHE-AAC that does not decode', xhe, ['aac'], false, 'mp4', refused('audio', 'aac')],
    ['xHE-AAC that does', xhe, ['aac'], true, 'mp4', null],
    ['AAC Main', audioTrack({ codecString: 'mp4a.40.1' }), [], null, 'mp4', null],
    ['FLAC of 32 bits', flac32, ['flac'], false, 'flac', refused('audio', 'flac')],
    ['FLAC of 24 bits', audioTrack({ codec: 'flac', bitsPerSample: 24 }), ['flac'], null, 'flac', null],
    ['ProRes', prores, ['prores'], true, 'mov', null],
    [
      'a sample entry that the demuxer does not know',
      prores,
      ['prores'],
      false,
      'mov',
      refused('video', 'other'),
    ],
    ['a codec that another program has named', prores, ['prores'], null, 'avi', null],
    ['a program that cannot be asked', film({ codec: 'av1' }), null, null, 'mp4', null],
  ];
  for (const [what, track, codecs, works, container, why] of TABLE) {
    it(what, async () => expect((await told(track, codecs, works, container)).why).to.equal(why));
  }

  it('asks nothing about codecs that every ffmpeg decodes', async () => {
    for (const track of [film(), audioTrack(), audioTrack({ codec: 'mp3' }), audioTrack({ codec: 'pcm' })])
      expect((await told(track, [], null, 'mp4')).asked).to.equal(0);
  });
});
