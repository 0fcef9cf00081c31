import { expect } from 'chai';
import { decodeTimeline, type TimedPacket } from '../../../functions/stream/media/cuts/video-samples.ts';
import type { Packet } from '../../../functions/stream/media/model/packets.ts';

const nothing = new Uint8Array();

async function* packets(pts: readonly number[]): AsyncGenerator<TimedPacket, void, void> {
  for (const [i, time] of pts.entries()) yield { data: nothing, pts: time, duration: 10, isSync: i === 0 };
}

async function timelineOf(pts: readonly number[]) {
  const timeline = await decodeTimeline(packets(pts));
  if (!timeline) throw new Error('There is no timeline.');
  const all: Packet[] = [];
  for await (const packet of timeline.packets) all.push(packet);
  return { ...timeline, all };
}

/**
 * Groups of one reference and its `depth` frames in between, coded as encoders do: the later reference first.
 */
function pyramid(groups: number, order: readonly number[]): number[] {
  return Array.from({ length: groups }, (_, group) =>
    order.map((i) => (group * order.length + i) * 10),
  ).flat();
}

describe('decodeTimeline', () => {
  const cases: readonly [string, number[], number][] = [
    ['no reordering', [0, 10, 20, 30, 40], 0],
    ['one B-frame', [0, 20, 10, 40, 30, 60, 50], 10],
    ['two B-frames', [0, 30, 10, 20, 60, 40, 50], 10],
    ['a pyramid', [0, 40, 20, 10, 30, 80, 60, 50, 70], 20],
    ['a pyramid of eight, many times', pyramid(40, [8, 4, 2, 1, 3, 6, 5, 7]), 30],
    ['irregular times', [0, 33, 20, 180, 60, 400], 120],
    ['one packet', [5], 0],
  ];
  for (const [name, pts, mediaTime] of cases) {
    it(`${name}: decodes each ahead of its presentation, in step`, async () => {
      const timeline = await timelineOf(pts);
      const first = Math.min(...pts);
      expect(timeline.firstPts).to.equal(first);
      expect(timeline.mediaTime).to.equal(mediaTime);
      const sorted = pts.toSorted((a, b) => a - b);
      expect(timeline.all.map(({ dts }) => dts)).to.deep.equal(sorted.map((time) => time - first));
      expect(timeline.all.map((packet) => packet.pts)).to.deep.equal(
        pts.map((time) => time - first + mediaTime),
      );
      expect(timeline.all.every((packet) => packet.dts <= packet.pts)).to.equal(true);
    });
  }

  it('gives durations that add up to the decode times', async () => {
    const { all } = await timelineOf(pyramid(10, [3, 1, 2]));
    for (const [i, packet] of all.entries()) {
      expect(packet.dts + packet.duration).to.equal(all[i + 1]?.dts ?? packet.dts + 10);
    }
  });

  it('never lets decode times decrease, whatever the presentation times are', async () => {
    const wild = Array.from({ length: 200 }, (_, i) => ((i * 7919) % 211) * 10);
    const { all } = await timelineOf(wild);
    expect(all).to.have.length(200);
    expect(all.every((packet, i) => packet.dts >= (all[i - 1]?.dts ?? 0) && packet.duration >= 0)).to.equal(
      true,
    );
  });

  it('looks ahead by 17 packets and no more', async () => {
    let taken = 0;
    const endless = (async function* () {
      for (;;) yield { data: nothing, pts: taken++ * 10, duration: 10, isSync: true };
    })();
    const timeline = await decodeTimeline(endless);
    let given = 0;
    for await (const _ of timeline?.packets ?? []) if (++given === 100) break;
    expect(taken).to.be.at.most(100 + 17);
  });

  it('is null without packets', async () => {
    expect(await decodeTimeline(packets([]))).to.equal(null);
  });
});
