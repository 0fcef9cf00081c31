import { expect } from 'chai';
import { streamAddress } from '../../functions/stream/answer/recall-stream.ts';
import { clientOf } from '../../functions/stream/plan/client.ts';
import { NO_PARAMETERS } from '../../functions/stream/route/stream-parameters.ts';

const ACCEPTS: readonly (readonly [parameter: string | null, header: string | null])[] = [
  [null, null],
  [null, '*/*'],
  ...['mp3', 'flac', 'mp4', 'mp4,mp3', 'mp3,mp4', 'mp4,flac', 'opus', 'h264,mp3', 'audio/flac,aac'].map(
    (names) => [names, null] as const,
  ),
  ...['audio/mpeg', 'audio/flac', 'video/mp4', 'audio/mpeg, video/mp4'].map(
    (types) => [null, types] as const,
  ),
];

/** All that is known of a client, in one order. */
function clientText(parameter: string | null, header: string | null): string {
  const { containers, video, audio, named } = clientOf(parameter?.split(',') ?? null, header);
  return [containers, video, audio, named].map((names) => [...names].sort().join()).join(' ');
}

describe('the name of the record about an address', () => {
  it('is the same for two clients if both play the same, and only then', () => {
    for (const [parameter, header] of ACCEPTS) {
      for (const [otherParameter, otherHeader] of ACCEPTS) {
        const [name, other] = [
          streamAddress('a.mkv', { ...NO_PARAMETERS, accept: parameter?.split(',') ?? null }, header),
          streamAddress(
            'a.mkv',
            { ...NO_PARAMETERS, accept: otherParameter?.split(',') ?? null },
            otherHeader,
          ),
        ];
        const isSame = clientText(parameter, header) === clientText(otherParameter, otherHeader);
        expect(name === other, `${parameter ?? header} and ${otherParameter ?? otherHeader}`).to.equal(
          isSame,
        );
      }
    }
  });
});
