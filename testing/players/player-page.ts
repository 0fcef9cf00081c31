import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';

const require = createRequire(import.meta.url);
const here = (name: string) => new URL(name, import.meta.url);

/** Foreign players, as their packages ship them, and the driver of each. */
const PLAYERS = {
  'hls.js': { library: require.resolve('hls.js'), driver: here('./with-hls.js') },
  'dash.js': { library: require.resolve('dashjs'), driver: here('./with-dash.js') },
  /** The bare media element. */
  Chromium: { library: null, driver: here('./with-nothing.js') },
  'shaka-player': { library: require.resolve('shaka-player'), driver: here('./with-shaka.js') },
  /** The build with VHS, which the package's main file leaves out. */
  'video.js': { library: require.resolve('video.js/dist/video.min.js'), driver: here('./with-videojs.js') },
} as const;

export type PlayerName = keyof typeof PLAYERS;

/** The state of the media element, whichever player feeds it. Times in seconds. */
export type Sight = {
  /** True when the renditions are known. */
  readonly isStarted: boolean;
  readonly currentTime: number;
  readonly duration: number;
  readonly ended: boolean;
  readonly paused: boolean;
  readonly seeking: boolean;
  /** `HTMLMediaElement.readyState`; from 3 on it can continue. */
  readonly ready: number;
  readonly height: number;
  readonly frames: number;
  readonly audioBytes: number;
  readonly buffered: readonly (readonly [start: number, end: number])[];
  /** The longest time without progress, while nothing was sought. */
  readonly longestStallMs: number;
  readonly stalledAt: number;
};

export type PlayerPage = {
  /** Loads a presentation, beginning with the rendition of that height (null for audio alone); plays nothing yet. */
  start(address: string, height: number | null): Promise<void>;
  /** Switches to the rendition of that height after the buffered media. */
  choose(height: number): Promise<void>;
  chooseSound(language: string): Promise<void>;
  /** The names of the audio tracks that the player lists. */
  audioNames(): Promise<readonly (string | null)[]>;
  chooseAudio(name: string): Promise<void>;
  /** The names of the text tracks that the player lists. */
  texts(): Promise<readonly (string | null)[]>;
  /** Shows the text track of that name; null for none. */
  chooseText(name: string | null): Promise<void>;
  /** The text of all cues that are shown at this moment, with `|` between them. */
  shownText(): Promise<string>;
  /** The page as it is drawn at this moment, as PNG. */
  screenshot(): Promise<Buffer>;
  /** The number of the frame that is shown, of a film that counts them. */
  shownNumber(): Promise<number>;
  /** That of the first frame that was shown. */
  firstNumber(): Promise<number | null>;
  /** The element on the screen as PNG: no canvas may read frames that a CDM has decrypted. */
  videoScreenshot(): Promise<Buffer>;
  heights(): Promise<readonly number[]>;
  languages(): Promise<readonly (string | null)[]>;
  play(rate?: number): Promise<void>;
  /** Plays until the end, and presses play again where the player itself has paused, as dash.js does while it seeks. */
  playToEnd(): Promise<void>;
  pause(): Promise<void>;
  seek(seconds: number): Promise<void>;
  look(): Promise<Sight>;
  /**
   * Waits until the state is as wanted, and returns for how many milliseconds. Rejects with the last state.
   */
  until(what: string, isSo: (sight: Sight) => boolean): Promise<number>;
  forgetStalls(): Promise<void>;
  /** Warnings of the player, the element and the browser's console, in order. */
  readonly complaints: readonly string[];
  /** Addresses in the order of their requests. */
  readonly requests: readonly string[];
  close(): Promise<void>;
};

/** Until somebody sees that a player has not begun to play. */
const PRESSED_MS = 300;

export type PlayerOptions = {
  readonly aheadSeconds: number;
  readonly withinMs: number;
  /** Answers in place of the service's, by patterns of addresses. */
  readonly answers?: Readonly<Record<string, Buffer>>;
};

/** Opens a page of that origin with one player in it, which loads at most so much ahead. */
export async function openPlayerPage(
  browser: Browser,
  name: PlayerName,
  origin: string,
  { aheadSeconds, withinMs, answers = {} }: PlayerOptions,
): Promise<PlayerPage> {
  const { library, driver } = PLAYERS[name];
  const page = await browser.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await serve(page, `${origin}/a-player/library.js`, library === null ? '' : await readFile(library, 'utf8'));
  const watch = await readFile(here('./watch.js'), 'utf8');
  await serve(page, `${origin}/a-player/watch.js`, `const AHEAD_SECONDS = ${aheadSeconds};\n${watch}`);
  await serve(page, `${origin}/a-player/driver.js`, await readFile(driver, 'utf8'));
  await serve(page, `${origin}/a-player/`, PAGE, 'text/html');
  for (const [pattern, body] of Object.entries(answers))
    await serve(page, pattern, body, 'application/octet-stream');
  await page.goto(`${origin}/a-player/`);

  const look = () => page.evaluate<Sight>('watch.look()');
  const until: PlayerPage['until'] = async (what, isSo) => {
    const start = performance.now();
    for (;;) {
      const sight = await look();
      if (isSo(sight)) return performance.now() - start;
      if (performance.now() - start > withinMs) {
        const seen = JSON.stringify({ ...sight, complaints });
        throw new Error(`${name}: not within ${withinMs} ms: ${what}; seen is ${seen}`);
      }
      await delay(20);
    }
  };
  // The browser's own types are not those of this project (no DOM library), so these go over as text.
  const tell = (script: string) => page.evaluate<void>(`(async () => { await ${script}; })()`);
  return {
    async start(address, height) {
      await tell(`watch.start(${JSON.stringify(address)}, ${height})`);
      await until('the renditions are known', ({ isStarted }) => isStarted);
    },
    choose: (height) => tell(`player.choose(${height})`),
    chooseSound: (language) => tell(`player.chooseSound(${JSON.stringify(language)})`),
    audioNames: () => page.evaluate<(string | null)[]>('player.audioNames()'),
    chooseAudio: (name) => tell(`player.chooseAudio(${JSON.stringify(name)})`),
    texts: () => page.evaluate<(string | null)[]>('player.texts()'),
    chooseText: (track) => tell(`player.chooseText(${JSON.stringify(track)})`),
    shownText: () => page.evaluate<string>('watch.shownText()'),
    screenshot: () => page.screenshot(),
    shownNumber: () => page.evaluate<number>('watch.shownNumber()'),
    firstNumber: () => page.evaluate<number | null>('watch.firstNumber'),
    videoScreenshot: () => page.locator('video').screenshot(),
    heights: () => page.evaluate<number[]>('player.heights()'),
    languages: () => page.evaluate<(string | null)[]>('player.languages()'),
    play: (rate = 1) => tell(`watch.play(${rate})`),
    async playToEnd() {
      for (;;) {
        await tell('watch.play(1)');
        await delay(PRESSED_MS);
        await until('it ends', ({ ended, paused }) => ended || paused);
        if ((await look()).ended) return;
      }
    },
    pause: () => tell('video.pause()'),
    seek: (seconds) => tell(`(video.currentTime = ${seconds})`),
    look,
    until,
    forgetStalls: () => tell('watch.forgetStalls()'),
    complaints,
    requests,
    close: () => page.close(),
  };
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>A player</title><link rel="icon" href="data:,"><body>
<script src="library.js"></script><script src="watch.js"></script><script src="driver.js"></script>`;

function serve(
  page: Page,
  url: string,
  body: string | Buffer,
  contentType = 'text/javascript',
): Promise<unknown> {
  return page.route(url, (route) => route.fulfill({ body, contentType }));
}
