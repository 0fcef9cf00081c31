import { expect } from 'chai';
import { isOfStrangers } from '../../local/cross-site.ts';
import { ask, startBehaviours } from './fixture.ts';

const PAGE = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'video' };
const LINK = { ...PAGE, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FRAME = { ...LINK, 'sec-fetch-dest': 'iframe' };
const ALLOWED = { allowedOrigins: ['https://app.example'], embedOrigins: ['https://blog.example'] };

describe('a request of a page of another site', () => {
  const TABLE: [what: string, headers: Record<string, string>, path: string, isStranger: boolean][] = [
    ['a program', {}, '/stream/a.mp4', false],
    ['our own page', { ...PAGE, 'sec-fetch-site': 'same-origin' }, '/stream/a.mp4', false],
    ['another port of the same name', { ...PAGE, 'sec-fetch-site': 'same-site' }, '/stream/a.mp4', false],
    ['an address that was typed', { ...LINK, 'sec-fetch-site': 'none' }, '/stream/a.mp4', false],
    ['another name of this machine', { ...PAGE, referer: 'http://localhost:3000/' }, '/stream/a.mp4', false],
    ['its script', { ...PAGE, origin: 'http://[::1]:3000' }, '/stream/a.mp4', false],
    ['an allowed origin', { ...PAGE, origin: 'https://app.example' }, '/stream/a.mp4', false],
    ['an element of one', { ...PAGE, referer: 'https://app.example/' }, '/stream/a.mp4', false],
    ['another site', { ...PAGE, referer: 'https://evil.example/' }, '/stream/a.mp4', true],
    ['one that hides its name', PAGE, '/stream/a.mp4', true],
    ['one in a sandbox', { ...PAGE, origin: 'null' }, '/stream/a.mp4', true],
    [
      'its script beside an allowed referrer',
      { ...PAGE, origin: 'https://evil.example', referer: 'https://app.example/' },
      '/',
      true,
    ],
    [
      'a name that begins alike',
      { ...PAGE, referer: 'http://localhost.evil.example/' },
      '/stream/a.mp4',
      true,
    ],
    ['a port of an allowed name', { ...PAGE, origin: 'https://app.example:8443' }, '/stream/a.mp4', true],
    ['its frame', { ...FRAME, referer: 'https://evil.example/' }, '/', true],
    ['a frame of a player', { ...FRAME, referer: 'https://blog.example/' }, '/embed/a.mp4', false],
    ['a signed one', { ...FRAME, referer: 'https://blog.example/' }, '/~x.1.k.y/embed/a.mp4', false],
    ['a frame of media', { ...FRAME, referer: 'https://blog.example/' }, '/stream/a.mp4', true],
    ['a player in a frame of others', { ...FRAME, referer: 'https://app.example/' }, '/embed/a.mp4', true],
    ['its link to the page', { ...LINK, referer: 'https://evil.example/' }, '/', false],
    ['its link to media', { ...LINK, referer: 'https://evil.example/' }, '/stream/a.mp4', true],
  ];
  for (const [what, headers, path, isStranger] of TABLE) {
    it(`${isStranger ? 'is refused' : 'passes'}: ${what}`, () => {
      expect(isOfStrangers(headers, path, ALLOWED)).to.equal(isStranger);
    });
  }

  it('passes if all origins are allowed', () => {
    expect(isOfStrangers(PAGE, '/stream/a.mp4', { allowedOrigins: ['*'], embedOrigins: [] })).to.equal(false);
  });

  it('does not reach the function, unless a setting allows it', async () => {
    const headers = { ...PAGE, referer: 'https://app.example/' };
    const closed = await startBehaviours();
    const { status, body } = await ask(closed.url, '/echo', { headers });
    expect(status).to.equal(403);
    expect(body.toString()).to.contain('ALLOWED_ORIGINS');
    expect(closed.counters().instancesStarted).to.equal(0);
    const open = await startBehaviours({ environment: { ALLOWED_ORIGINS: 'https://app.example' } });
    expect((await ask(open.url, '/echo', { headers })).status).to.equal(200);
    await Promise.all([closed.close(), open.close()]);
  });
});
