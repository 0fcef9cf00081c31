import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EPISODES, FILM, makeConsoleLibrary, SONG } from '../../testing/console-library.ts';
import type { Hands } from '../../testing/hands.ts';
import { needs } from '../../testing/needs.ts';
import { type People, twoPeople } from '../../testing/people.ts';
import { type Service, startService } from '../../testing/service.ts';

const FILM_NAME = 'Forêt';

describe('the console, used as a person would', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;
  let people: People;

  before(async function () {
    needs(this, 'chromium', 'firefox', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-console-'));
    await makeConsoleLibrary(folder);
    service = await startService({
      MEDIA_DIR: folder,
      DERIVED_DIR: join(folder, '.derived'),
      PLAYER_PAGE: '1',
      UPLOADS: '1',
    });
    people = await twoPeople();
  });
  after(async () => {
    await people?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const both = (title: string, act: (hands: Hands, name: string) => Promise<void>) =>
    it(title, () => people.both(`${service.url}/`, act));

  const shown = (hands: Hands) =>
    hands.see<string[]>(`[...document.querySelectorAll('#files .key')].map((each) => each.textContent)`);
  const openFilms = async (hands: Hands) => {
    await hands.click('.item', 'Films');
    await hands.until(`document.querySelectorAll('#files .key').length === 7`);
  };

  both('opens folders, in the order in which people count, and finds the way back', async (hands) => {
    await hands.until(`document.querySelectorAll('#files .key').length >= 4`);
    // The other browser may have added files.
    const top = (await shown(hands)).filter((each) => each !== 'uploads');
    expect(top).to.deep.equal(['Films', 'Music', 'Shows', 'Trailer.mp4']);
    for (const step of ['Shows', 'Forest Diaries', 'Season 1']) await hands.click('.item', step);
    const episodes = Array.from({ length: EPISODES }, (_, i) => `Episode ${i + 1}.mp4`);
    expect(await shown(hands)).to.deep.equal(episodes);
    await hands.click('.step', 'Shows');
    expect(await shown(hands)).to.deep.equal(['Forest Diaries']);
    await hands.click('.step', 'All media');
    expect(await shown(hands)).to.include('Trailer.mp4');
  });

  both('goes back to what it began with', async (hands) => {
    const title = (name: string) => `document.querySelector('#title').textContent.includes('${name}')`;
    await hands.until(title('Trailer.mp4'));
    await openFilms(hands);
    await hands.click('.item', FILM_NAME);
    await hands.until(title(FILM_NAME));
    await hands.see('history.back()');
    await hands.until(title('Trailer.mp4'));
  });

  both('keeps folder and search in the address, for the way back and for others', async (hands) => {
    await openFilms(hands);
    await hands.fill('#filter', 'rodents');
    await hands.until(`document.querySelectorAll('#files .key').length === 1`);
    await hands.see('history.back()');
    await hands.until(`document.querySelectorAll('#files .key').length === 7`);
    expect(await hands.see(`document.querySelector('#filter').value`)).to.equal('');
    await hands.see('history.back()');
    await hands.until(`document.querySelector('#files').textContent.includes('Trailer')`);
    for (let i = 0; i < 2; i++) await hands.see('history.forward()');
    await hands.until(`document.querySelector('#filter').value === 'rodents'`);
    await hands.click('.item', 'Three Rodents');
    await hands.open(await hands.see<string>('location.href'));
    await hands.until(`document.querySelector('#title').textContent === 'Films/Three Rodents.mp4'`);
    expect(await shown(hands)).to.deep.equal(['Three Rodents.mp4']);
  });

  both('takes the folder that is open for no other place', async (hands) => {
    await openFilms(hands);
    await hands.see(`document.querySelector('#trail').setAttribute('data-drawn', history.length)`);
    for (const step of ['Films', 'Films']) await hands.click('.step', step);
    expect(await hands.see(`String(history.length)`)).to.equal(
      await hands.see(`document.querySelector('#trail').getAttribute('data-drawn')`),
    );
    await hands.see('history.back()');
    await hands.until(`document.querySelector('#files').textContent.includes('Trailer')`);
  });

  both('shows posters and durations of what is seen', async (hands) => {
    await openFilms(hands);
    await hands.until(`document.querySelectorAll('.thumb img:not([hidden])').length === 7`);
    const durations = await hands.see<string[]>(
      `[...document.querySelectorAll('.duration')].map((each) => each.textContent)`,
    );
    expect(durations.toSorted()).to.deep.equal([...Array<string>(6).fill('0:04'), '0:12']);
    expect(await hands.see(`document.querySelector('.thumb img').naturalWidth`)).to.equal(192);
  });

  both('finds by several words without accents, of one kind, and says where', async (hands) => {
    await hands.fill('#filter', 'lullabies motor 0');
    await hands.until(`document.querySelectorAll('#files .key').length === 10`);
    expect(await hands.see(`document.querySelector('.place').textContent`)).to.equal(
      'Music/Motörhead Lullabies/',
    );
    await hands.click('#kinds label', 'Video');
    expect(await shown(hands)).to.deep.equal([]);
    await hands.fill('#filter', 'foret amelie');
    expect(await shown(hands)).to.deep.equal(['Forêt d’Amélie (2024).mp4']);
  });

  both('shows a file that came meanwhile, once the library is loaded again', async (hands, name) => {
    const later = `Later ${name}.mp4`;
    await hands.until(`document.querySelectorAll('#files .key').length >= 4`);
    await copyFile(join(folder, 'Trailer.mp4'), join(folder, later));
    expect(await shown(hands)).to.not.include(later);
    await hands.click('#refresh');
    await hands.until(`document.querySelector('#files').textContent.includes(${JSON.stringify(later)})`);
    await rm(join(folder, later));
  });

  both('adds files that are chosen or dropped, and says why one is not', async (hands, name) => {
    const fresh = join(folder, `.${name}.mp4`);
    const added = `Fresh ${name}.mp4`;
    await copyFile(join(folder, 'Trailer.mp4'), fresh);
    await hands.until(`!document.querySelector('#upload').hidden`);
    await hands.give('#upload-files', join(folder, 'Trailer.mp4'));
    await hands.until(`/added|There is/.test(document.querySelector('#uploads li')?.textContent)`);
    await hands.see(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['no media'], ${JSON.stringify(added)}));
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    })()`);
    await hands.until(`/added/.test(document.querySelectorAll('#uploads li')[1]?.textContent)`);
    await hands.click('.item', 'uploads');
    await hands.until(`document.querySelector('#files').textContent.includes(${JSON.stringify(added)})`);
    await hands.give('#upload-files', join(folder, 'Trailer.mp4'));
    await hands.until(
      `document.querySelectorAll('#uploads li')[2]?.textContent.includes('choose another name')`,
    );
    expect(await readdir(join(folder, 'uploads'))).to.include.members(['Trailer.mp4', added]);
    await rm(join(folder, 'uploads', added));
    await rm(fresh);
  });

  both('draws buffer and bitrate, counts the cost, and tells what was cached', async (hands) => {
    await openFilms(hands);
    await hands.click('.item', FILM_NAME);
    // hls.js may stall if the quality changes before the first segment is there.
    const play = `(() => {
      const element = [...document.querySelectorAll('video, audio')].find(({ hidden }) => !hidden);
      void element.play().catch(() => {});
      return element.src.startsWith('blob:') && element.currentTime > 0.5;
    })()`;
    for (const isAgain of [false, true]) {
      await hands.click('.ways label', isAgain ? 'Original' : 'HLS');
      await hands.click('.ways label', 'HLS');
      await hands.until(play);
      await hands.choose('rendition', '240p');
    }
    await hands.until(`!document.querySelector('#chart').hidden && document.querySelector('#chart canvas')`);
    // Drawn, and not in one colour.
    await hands.until(`(() => {
      const canvas = document.querySelector('#chart canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size > 20;
    })()`);
    expect(await hands.see(`document.querySelector('#chart').getAttribute('aria-label')`)).to.match(
      /^Buffered ahead: \d+ s, [\d.]+ [kM]bit\/s$/,
    );
    await hands.until(`/^\\$0\\.0\\d+$/.test(document.querySelector('#cost').textContent)`);
    await hands.until(`/^about \\$\\d/.test(document.querySelector('#cost-of-plays').textContent)`);
    const rows = await hands.see<string[]>(
      `[...document.querySelectorAll('#requests tr')].map((each) => each.textContent)`,
    );
    expect(
      rows.some((row) => /\d+p\/\d+\.m4s(cached|browser)/.test(row)),
      rows.join('\n'),
    ).to.equal(true);
    expect(
      rows.some((row) => /stat \d+ ms/.test(row)),
      rows.join('\n'),
    ).to.equal(true);
    expect(await hands.see(`document.querySelector('#frames').textContent`)).to.match(/^\d+, \d+ dropped$/);
  });

  both('plays and chooses with the keyboard alone', async (hands) => {
    const focused = `(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return [element?.localName, element?.textContent.trim(), element?.id].join(' ');
    })()`;
    const tabTo = async (wanted: string) => {
      for (let i = 0; i < 60; i++) {
        await hands.press('Tab');
        if ((await hands.see<string>(focused)).includes(wanted)) return;
      }
      throw new Error(`Tab does not lead to ${wanted}.`);
    };
    await hands.until(`document.querySelector('#title').textContent === 'Trailer.mp4'`);
    await tabTo('skip');
    await hands.press('Enter');
    await tabTo('media-play-button');
    await hands.press('Enter');
    await hands.until(`document.querySelector('video').currentTime > 0`);
    await hands.press('k');
    await hands.until(`document.querySelector('video').paused`);
    await tabTo('media-playback-rate-menu-button');
    await hands.press('Enter');
    await hands.until(`document.activeElement.localName === 'media-playback-rate-menu'`);
    for (const key of ['ArrowDown', 'Enter']) await hands.press(key);
    await hands.until(`document.querySelector('video').playbackRate !== 1`);
  });

  both('names the field that is wrong', async (hands) => {
    await hands.click('.item', 'Trailer');
    await hands.until(`document.querySelector('#title').textContent === 'Trailer.mp4'`);
    await hands.click('.ways label', 'Stream');
    await hands.see(`(() => {
      const field = document.querySelector('[name=bitrate]');
      field.value = '1';
      field.dispatchEvent(new Event('change', { bubbles: true }));
    })()`);
    await hands.until(`document.querySelector('[name=bitrate]').matches('[aria-invalid=true]')`);
    const described = `document.getElementById(document.querySelector('[name=bitrate]').getAttribute('aria-describedby'))`;
    expect(await hands.see(`${described}.textContent`)).to.match(/"bitrate" must/);
    await hands.see(`(() => {
      const field = document.querySelector('[name=bitrate]');
      field.value = '';
      field.dispatchEvent(new Event('change', { bubbles: true }));
    })()`);
    await hands.until(`!document.querySelector('[aria-invalid]')`);
  });

  describe('does what one wants in under four clicks', () => {
    const few = (hands: Hands) => expect(hands.clicks()).to.be.within(1, 3);

    // As somebody goes who sees it for the first time, and clicks what is there.
    const openFilm = async (hands: Hands) => {
      await hands.click('.item', 'Films');
      await hands.click('.item', FILM_NAME);
    };

    both('plays in 480 lines', async (hands) => {
      await openFilm(hands);
      await hands.click('#qualities label', '480p');
      await hands.until(`(() => {
        const video = document.querySelector('video');
        if (video.ended) void video.play();
        return video.videoHeight === 480;
      })()`);
      few(hands);
      // The menu of the player knows of it.
      await hands.until(`document.querySelector('#film-controls [mediarenditionselected]') !== null`);
      await hands.choose('rendition', 'Auto');
      await hands.until(`document.querySelector('#qualities :checked').value === ''`);
    });

    both('shows German subtitles, and takes them away', async (hands) => {
      const german = `[...document.querySelector('video').textTracks].find(({ label }) => label === 'German')`;
      await openFilm(hands);
      await hands.click('#subtitles label', 'German');
      await hands.until(
        `${german}.mode === 'showing' && ${german}.cues?.[0]?.text === 'Ein stiller Morgen.'`,
      );
      few(hands);
      await hands.click('#subtitles label', 'Off');
      await hands.until(`${german}.mode !== 'showing'`);
      // Those of the page itself, with the same names.
      await hands.click('.ways label', 'DASH');
      await hands.until(`document.querySelector('#subtitles').textContent === 'OffGermanEnglish'`);
      await hands.click('#subtitles label', 'German');
      await hands.until(
        `${german}.mode === 'showing' && ${german}.cues?.[0]?.text === 'Ein stiller Morgen.'`,
      );
    });

    both('hands out the address of a thumbnail', async (hands) => {
      await openFilm(hands);
      const address = await hands.copy('#image-copy', '#link-copied');
      const image = await fetch(address);
      expect([image.status, image.headers.get('content-type')]).to.deep.equal([200, 'image/jpeg']);
      few(hands);
    });

    both('copies a link that opens the film, and tells how one is signed', async (hands) => {
      await openFilm(hands);
      expect(await hands.copy('#link-copy', '#link-copied')).to.equal(
        `${service.url}/console/${encodeURIComponent(FILM).replaceAll('%2F', '/')}`,
      );
      few(hands);
      await hands.click('#snippet-for label', 'sluice sign');
      expect(await hands.see(`document.querySelector('#snippet').textContent`)).to.match(
        /^# [^\n]*\nnpx sluice sign 'Films\/Forêt d’Amélie \(2024\)\.mp4' --route console /,
      );
    });

    both('exports as MP3, and remembers it', async (hands) => {
      await openFilm(hands);
      await hands.click('#export-formats .tile', 'MP3');
      await hands.until(`document.querySelector('#exports a:not([hidden])')`);
      const { href } = await hands.see<{ href: string }>(
        `({ href: document.querySelector('#exports a').href })`,
      );
      const file = await fetch(href);
      expect(file.headers.get('content-disposition')).to.match(/^attachment; filename=".*\.mp3"/);
      expect((await file.arrayBuffer()).byteLength).to.be.above(20_000);
      few(hands);
      await hands.open(`${service.url}/#/media/${encodeURI(SONG)}`);
      await hands.until(`document.querySelector('#exports')?.textContent.includes('${FILM_NAME}')`);
      expect(await hands.see(`document.querySelector('#exports a').href`)).to.equal(href);
    });

    both('goes on with an export that the page has left, when it is told to', async (hands) => {
      const left = { address: '/export/Trailer.mp4?format=mp4', key: 'Trailer.mp4', format: 'mp4' };
      const stored = JSON.stringify(JSON.stringify([{ ...left, result: null, outcome: '' }]));
      await hands.see(`localStorage.setItem('sluice-exports', ${stored})`);
      await hands.open(`${service.url}/`);
      await hands.until(`/was left/.test(document.querySelector('#exports')?.textContent)`);
      await hands.click('#exports button', 'Go on');
      await hands.until(`document.querySelector('#exports a:not([hidden])')`);
      few(hands);
    });
  });
});
