import { expect } from 'chai';
import { at, changeHeader, forStatus, where } from './alter.ts';
import { type CheckOptions, checkFake } from './check-fake.ts';
import { json, problem, type Reply, TOKEN } from './fake-answers.ts';
import { type FakeService, type Fault, startFakeService } from './fake-service.ts';

const TRANSCODES = ['transcode starts before its end', 'transcode is whole', 'two at once', 'disconnect'];
const OF_SIZE = [
  ...['total of a range', 'suffix range', 'range in the middle', '416', 'If-Range, other version'],
  ...['length headers', 'info', 'body beyond 6 MB'],
];

describe('a check that cannot run', () => {
  let service: FakeService;
  before(async () => {
    service = await startFakeService();
  });
  after(() => service.close());

  const STORIES: [names: string[], reason: RegExp, Fault | null, CheckOptions?][] = [
    [
      ['CORS preflight', 'CORS', 'CORS, other origin'],
      /^no origin was given.*--origin$/,
      null,
      { origin: null },
    ],
    [['signed and unsigned', 'forged token'], /^no token was given/, openToAll, { token: null }],
    [OF_SIZE, /^the size is unknown, see "range"$/, total('*')],
    [['If-Range, other version'], /^the whole would be 40000000 bytes/, total('40000000')],
    [['body beyond 6 MB'], /^the media has 500 bytes/, total('500')],
    [['range in the middle'], /^the media has 9 bytes/, total('9')],
    [
      ['If-Range, same version'],
      /^there is no ETag/,
      forStatus(
        206,
        changeHeader('etag', () => ''),
      ),
    ],
    [['redirect'], /^no media above 200 MB was found/, at(`${TOKEN}/`, listNothing)],
    [['redirect'], /^413: a folder/, forStatus(307, (_, ask) => problem(ask, 413, 'too-large'))],
    [TRANSCODES, /^the media has no video/, at('/info/', ofAudio)],
    [['transcode starts before its end'], /^this line carries the bytes hardly faster/, forStatus(206, drip)],
    [['transcode starts before its end'], /^the film lasts 3 s/, shortAndAtOnce],
    [TRANSCODES, /^\/info answered 415$/, at('/info/', (_, ask) => problem(ask, 415, 'not-media'))],
    [
      ['404', 'invalid escape'],
      /^403: the token does not reach/,
      where(
        ({ target }) => /no-such-object|%Ft/.test(target),
        (_, ask) => problem(ask, 403, 'forbidden'),
      ),
    ],
  ];
  for (const [names, reason, fault, options] of STORIES) {
    it(`says why: ${reason.source}`, async () => {
      const rows = await checkFake(service, fault, names, options);
      expect(rows).to.have.length(names.length);
      for (const { verdict } of rows) {
        expect(verdict.kind, verdict.seen).to.equal('not checked');
        expect(verdict.seen).to.match(reason);
      }
    });
  }
});

function openToAll(...[ask, correct]: Parameters<Fault>) {
  return correct({ ...ask, target: `/~${TOKEN}${ask.target}` });
}

function total(text: string): Fault {
  return forStatus(
    206,
    changeHeader('content-range', (value) => value.replace(/\d+$/, text)),
  );
}

function listNothing(...[right, ask]: Parameters<Parameters<typeof at>[1]>) {
  return ask.target.endsWith('/') ? json({ media: [] }) : right;
}

/** As on a line that is slower than the transcode. */
function drip(right: Reply): Reply {
  const [body = Buffer.alloc(0)] = right.chunks;
  if (body.length < 10_000) return right;
  const step = Math.ceil(body.length / 10);
  const chunks = Array.from({ length: 10 }, (_, at) => body.subarray(at * step, (at + 1) * step));
  return { ...right, chunks, pauseMilliseconds: 60 };
}

function shortAndAtOnce(...[ask, correct]: Parameters<Fault>): Reply {
  if (ask.target.includes('/info/')) {
    return json({ media: { durationSeconds: 3, tracks: [{ kind: 'video' }] } });
  }
  const right = correct(ask);
  return { ...right, chunks: [Buffer.concat(right.chunks)] };
}

function ofAudio() {
  const tracks = [{ kind: 'audio' }, { kind: 'video', isCoverArt: true }];
  return json({ media: { durationSeconds: 9, tracks } });
}
