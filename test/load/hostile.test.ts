import { expect } from 'chai';
import { parseRoute } from '../../functions/stream/route/routes.ts';
import { createBilled, meterInstances, priceOf } from '../../load/billed.ts';
import { failuresOf, SCENARIOS } from '../../load/hostile.ts';
import { ATTACKS } from '../../load/hostile-clients.ts';
import type { LogLine } from '../../local/instance.ts';
import { seeded } from '../../testing/seeded.ts';

describe('hostile clients', () => {
  it('ask for what the service would answer, each time for something else', () => {
    for (const [kind, { path }] of Object.entries(ATTACKS)) {
      const random = seeded(1);
      const paths = [path(random), path(random)];
      if (kind !== 'slow') expect(paths[0], kind).to.not.equal(paths[1]);
      for (const each of paths) {
        const parse = () =>
          parseRoute(new URL(`http://localhost${each}&CMCD=sid%3D%22${kind}%22`.replace(/^([^?]*)&/, '$1?')));
        if (kind === 'odd') expect(parse, each).to.throw(/must be/);
        else expect(parse().kind, each).to.equal(each.split('/')[1]);
      }
    }
  });

  it('meet the limits of a deployment, or none', () => {
    expect(SCENARIOS.public.settings).to.not.have.any.keys('MAX_EXPORTS', 'MAX_PIXELS');
    expect(SCENARIOS.unlimited.settings).to.include({ MAX_EXPORTS: '1000', MAX_CPU_SECONDS: '86400' });
    expect(SCENARIOS.unlimited.maxInstances).to.be.above(SCENARIOS.unlimited.clients);
  });
});

describe('a run with hostile clients', () => {
  const watched = { segments: 9, refusedPlaylists: 0, refusedSegments: 0, missed: 0 };
  const TABLE: [what: string, seen: object, failures: number][] = [
    ['nothing is refused', {}, 0],
    ['playlists and segments came after repetitions', { refusedPlaylists: 1, refusedSegments: 2 }, 3],
    ['a segment never came', { refusedSegments: 7, missed: 1 }, 8],
    ['there was nothing to watch', { segments: 0 }, 1],
  ];
  for (const [what, seen, failures] of TABLE) {
    it(`fails as its scenario says if ${what}`, () => {
      const viewers = [watched, { ...watched, ...seen }];
      expect(failuresOf({ isForAll: true }, viewers)).to.equal(failures);
      expect(failuresOf({ isForAll: false }, viewers)).to.equal(0);
    });
  }

  it('lets nobody be refused where addresses are signed, or an open service is set up as docs/cost.md says', () => {
    expect(SCENARIOS.fronted).to.include({ isForAll: true, isFronted: true, maxInstances: 20 });
    expect(SCENARIOS.signed).to.include({ isForAll: true, isFronted: false, maxInstances: 20 });
  });
});

describe('what Lambda would bill', () => {
  it('is the time of each request, by the session of its client', () => {
    const billed = createBilled(2_048);
    const line = (fields: object) => ({ source: 'stdout', text: JSON.stringify(fields) }) as LogLine;
    billed.add(line({ message: 'request', milliseconds: 500, cmcd: { sid: 'a' } }));
    billed.add(line({ message: 'request', milliseconds: 1_500, cmcd: { sid: 'a' } }));
    billed.add(line({ message: 'request', milliseconds: 700 }));
    billed.add(line({ message: 'deferred', milliseconds: 700, cmcd: { sid: 'a' } }));
    billed.add({ source: 'stdout', text: '{not a line' } as LogLine);
    expect(billed.kinds()).to.deep.equal({ a: { requests: 2, gigabyteSeconds: 4, most: 3 } });
  });

  it('is the time of busy instances, whatever they are busy with', () => {
    let [now, busy] = [0, 2];
    const meter = meterInstances(
      () => busy,
      1_024,
      () => now,
    );
    now = 1_500;
    meter.sample();
    busy = 0;
    now = 9_000;
    meter.sample();
    expect(meter.gigabyteSeconds()).to.equal(3);
    expect(priceOf(3)).to.be.closeTo(0.00004, 1e-7);
  });
});
