import { expect } from 'chai';
import { packetSeconds } from '../../../functions/stream/media/probe/ends-of-tracks.ts';

const packet = (timestampSeconds: number, bytes: number) => ({ timestampSeconds, data: Buffer.alloc(bytes) });

describe('packetSeconds', () => {
  for (const [what, codec, last, before, seconds] of [
    ['as long as the one before', 'aac', packet(1, 9), packet(0.98, 50), 0.02],
    ['PCM by its bytes', 'pcm', packet(1, 100), packet(0.98, 200), 0.01],
    ['nothing of PCM', 'pcm', packet(1, 0), packet(0.98, 200), 0],
    ['PCM behind an empty packet, within bounds', 'pcm', packet(1, 1e6), packet(0.98, 0), 0.25],
    ['no gap in front of it', 'aac', packet(9, 9), packet(1, 50), 0.25],
    ['times that run backwards', 'aac', packet(1, 9), packet(2, 50), 0],
    ['a packet alone', 'aac', packet(1, 9), null, 0],
    ['Opus by its head', 'opus', { timestampSeconds: 1, data: Buffer.from([0xf8]) }, packet(0, 9), 0.02],
  ] as const) {
    it(what, () => {
      expect(packetSeconds({ codec, sampleRate: 48_000 }, last, before)).to.be.closeTo(seconds, 1e-9);
    });
  }
});
