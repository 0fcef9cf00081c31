import { dirname } from 'node:path';
import { expect } from 'chai';
import { sign } from '../../functions/stream/route/sign.ts';
import { startEncrypted, tokenOf } from '../../testing/encrypted.ts';
import { chromiumPerson, firefoxPerson, type Hands } from '../../testing/hands.ts';
import { needs } from '../../testing/needs.ts';
import { type People, twoPeople } from '../../testing/people.ts';
import { type Service, startService } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

const KEY = { id: 'main', secret: 's'.repeat(32) };
const FILM = 'film.mp4';

const plays = `(() => {
  const video = document.querySelector('video');
  if (video.paused) void video.play().catch(() => {});
  return video.currentTime > 0.5 && video.getVideoPlaybackQuality().totalVideoFrames > 5;
})()`;

describe('the console of a closed service', function () {
  this.timeout(180_000);
  let folder: string;
  let people: People;

  before(async function () {
    needs(this, 'chromium', 'firefox', 'ffmpeg');
    folder = dirname(await makeSmallFilm());
    people = await twoPeople();
  });
  after(() => people?.close());

  describe('that signs its addresses', () => {
    let service: Service;

    before(async () => {
      const signed = { PUBLIC: '0', SIGNING_KEYS: `${KEY.id}:${KEY.secret}` };
      service = await startService({ MEDIA_DIR: folder, PLAYER_PAGE: '1', ...signed });
    });
    after(() => service?.close());

    const expires = () => Math.ceil(Date.now() / 1000) + 600;

    it('copies a link with one click that plays in a fresh browser', async () => {
      const token = sign(KEY, { kind: 'key', key: FILM }, expires());
      const links = new Map<string, string>();
      await people.both(`${service.url}/~${token}/console/${FILM}`, async (hands, name) => {
        links.set(name, await hands.copy('#link-copy', '#link-copied'));
        expect(hands.clicks()).to.equal(1);
        expect(await hands.see(`document.querySelector('#link-copied').textContent`)).to.match(
          /^Copied\. It opens until .*\d/,
        );
        await hands.click('#snippet-for label', 'Signed link');
        expect(await hands.see(`document.querySelector('#snippet').textContent`)).to.equal(links.get(name));
      });
      const fresh = { chromium: chromiumPerson, firefox: firefoxPerson };
      for (const [name, newPerson] of Object.entries(fresh)) {
        const person = await newPerson();
        const hands = await person.newHands();
        await hands.open(links.get(name) ?? '');
        await hands.click('#film-controls media-play-button');
        await hands.until(plays);
        expect(await hands.complaints()).to.deep.equal([]);
        await person.close();
      }
    });

    it('says how a film is opened where the address opens the list alone, and asks for none', async () => {
      const token = sign(KEY, { kind: 'address', address: '/' }, expires());
      await people.both(`${service.url}/~${token}/`, async (hands) => {
        await hands.click('.item', FILM);
        await hands.until(`!document.querySelector('#problem').hidden`);
        expect(await hands.see(`document.querySelector('#problem-detail').textContent`)).to.contain(
          `npx sluice sign '${FILM}' --route console --expires 2h --base '${service.url}'`,
        );
        const asked = `performance.getEntriesByType('resource').filter(({ name }) => name.includes('${FILM}')).length`;
        expect(await hands.see(asked)).to.equal(0);
      });
    });
  });

  for (const [scheme, ways] of [
    ['aes-128', ['HLS']],
    ['cbcs', ['HLS', 'DASH']],
  ] as const) {
    it(`plays what is sent encrypted (${scheme}), and offers nothing that is refused`, async () => {
      const service = await startEncrypted(scheme, { MEDIA_DIR: folder, PLAYER_PAGE: '1' });
      const text = (hands: Hands, selector: string) =>
        hands.see<string[]>(
          `[...document.querySelectorAll('${selector}')].filter((each) => each.checkVisibility()).map(({ textContent }) => textContent)`,
        );
      await people.both(`${service.url}/~${tokenOf(FILM)}/console/${FILM}`, async (hands) => {
        await hands.until(`!document.querySelector('#snippet-card').hidden`);
        expect(await text(hands, '.ways label')).to.deep.equal(ways);
        expect(await text(hands, '#export-card')).to.deep.equal([]);
        const places = await text(hands, '#snippet-for label');
        for (const place of ['HTML', 'curl', 'ffmpeg']) expect(places).to.not.include(place);
        // Each after the other, and the first one again: each takes its key along.
        for (const way of [...ways, ...ways.slice(0, -1)]) {
          await hands.click('.ways label', way);
          await hands.until(
            `document.querySelector('#plan').textContent.startsWith('${way.toLowerCase()};')`,
          );
          await hands.until(plays);
          expect(await hands.see(`document.querySelector('#problem').hidden`)).to.equal(true);
        }
      });
      await service.close();
    });
  }
});
