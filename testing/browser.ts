import { setTimeout } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';

/**
 * Launches Debian's Chromium without a window, a sandbox or calls to the outside; media may start without a
 * click.
 */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A synthetic page has no address, and would have to ask a person before it calls 127.0.0.1.
      '--disable-features=LocalNetworkAccessChecks',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

/** Opens a new page and collects its failures: console errors, uncaught exceptions, violations of the CSP. */
export async function openPage(browser: Browser): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript(`
    addEventListener('securitypolicyviolation', (event) =>
      console.error('CSP: ' + event.effectiveDirective + ' forbids ' + event.blockedURI));
  `);
  return { page, complaints };
}

/** State of the media element on the player page. */
export type PlayerState = {
  readonly element: 'video' | 'audio';
  readonly currentTime: number;
  readonly error: string | null;
  readonly width: number;
  readonly height: number;
  readonly decodedFrames: number;
  readonly decodedAudioBytes: number;
};

// The browser's own types are not those of this project (no DOM library), so these go over as text.
const ELEMENT = `[...document.querySelectorAll('video, audio')].find((each) => each.hasAttribute('src'))`;

export function readPlayer(page: Page): Promise<PlayerState | null> {
  return page.evaluate<PlayerState | null>(`(() => {
    const element = ${ELEMENT};
    return element ? {
      element: element.localName,
      currentTime: element.currentTime,
      error: element.error ? element.error.message || String(element.error.code) : null,
      width: element.videoWidth ?? 0,
      height: element.videoHeight ?? 0,
      decodedFrames: element.getVideoPlaybackQuality?.().totalVideoFrames ?? 0,
      decodedAudioBytes: element.webkitAudioDecodedByteCount,
    } : null;
  })()`);
}

/** Waits until the player has played beyond a time, or has failed, or the page shows a problem. */
export function playBeyond(page: Page, seconds: number, withinMs: number): Promise<void> {
  return until(
    page,
    withinMs,
    `(() => {
    const element = ${ELEMENT};
    return element?.currentTime > ${seconds} || Boolean(element?.error) || !document.getElementById('problem').hidden;
  })()`,
  );
}

/**
 * Waits for an expression to become true. Evaluated from here: the page's policy forbids it to evaluate text
 * itself.
 */
export async function until(
  page: Pick<Page, 'evaluate'>,
  withinMs: number,
  expression: string,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await page.evaluate<boolean>(expression))) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${expression}`);
    await setTimeout(100);
  }
}

/**
 * Returns when the media response of an address ended, in milliseconds since the request; null while it is
 * open.
 */
export function responseEnd(page: Page, address: string): Promise<number | null> {
  return page.evaluate<number | null>(`(() => {
    const name = new URL(${JSON.stringify(address)}, location.href).href;
    const entry = performance.getEntriesByName(name).find((each) => each.initiatorType === 'video');
    return entry ? entry.responseEnd - entry.startTime : null;
  })()`);
}
