import type { Browser } from 'puppeteer-core';
import { launchFirefox } from '../../../testing/firefox.ts';
import { afterEverything } from '../../../testing/hooks.ts';
import { type Client, type Step, StepFault, seekTarget, WITHIN_MS, watching } from '../client.ts';

let browser: Promise<Browser> | undefined;

function theBrowser(): Promise<Browser> {
  browser ??= launchFirefox().then((launched) => {
    afterEverything(() => launched.close());
    return launched;
  });
  return browser;
}

/** The element alone, in Debian's Firefox ESR. */
export const firefox: Client = {
  name: 'Firefox ESR',
  part: 'firefox',
  kinds: ['progressive'],
  visit: (visit) =>
    watching(async (tell) => {
      const page = await (await theBrowser()).newPage();
      try {
        await page.goto(`${new URL(visit.url).origin}/health`);
        const target = visit.seeks ? seekTarget(visit) : null;
        const [firstMs, step, fault] = (await page.evaluate(script(visit.url, target, visit.seconds))) as [
          firstMs: number | null,
          step: Step,
          fault: string | null,
        ];
        if (firstMs !== null) tell.first(firstMs);
        if (fault !== null) throw new StepFault(step, fault);
      } finally {
        await page.close();
      }
    }),
};

// The browser's own types are not those of this project (no DOM library), so this goes over as text.
const script = (url: string, target: number | null, seconds: number) => `(async () => {
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  const start = performance.now();
  let [firstMs, step] = [null, 'start'];
  const until = (what, isSo) => new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      if (video.error) reject(new Error(video.error.message || 'code ' + video.error.code));
      else if (isSo()) resolve();
      else if (performance.now() - start > ${WITHIN_MS}) reject(new Error('not in time: ' + what));
      else return;
      clearInterval(timer);
    }, 10);
  });
  try {
    video.src = ${JSON.stringify(url)};
    video.play().catch(() => {});
    await until('it plays', () => video.currentTime > 0 && video.readyState >= 2);
    firstMs = performance.now() - start;
    if (${target} !== null) {
      step = 'seek';
      video.currentTime = ${target};
      await until('it plays from there', () => !video.seeking && video.currentTime > ${target});
    }
    step = 'end';
    video.playbackRate = 4;
    await until('it ends', () => video.ended);
    const { currentTime, duration } = video;
    for (const time of [currentTime, duration]) {
      if (!(Math.abs(time - ${seconds}) < 0.25)) {
        throw new Error('ends at ' + currentTime + ' of ' + duration + ' s instead of ' + ${seconds});
      }
    }
    return [firstMs, step, null];
  } catch (error) {
    return [firstMs, step, error.message];
  } finally {
    video.removeAttribute('src');
    video.load();
  }
})()`;
