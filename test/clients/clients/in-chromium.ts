import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../testing/browser.ts';
import { afterEverything } from '../../../testing/hooks.ts';
import { openPlayerPage, type PlayerName, type Sight } from '../../../testing/players/player-page.ts';
import { type Client, type Step, StepFault, seekTarget, WITHIN_MS, watching } from '../client.ts';

let browser: Promise<Browser> | undefined;

function theBrowser(): Promise<Browser> {
  browser ??= launchBrowser().then((launched) => {
    afterEverything(() => launched.close());
    return launched;
  });
  return browser;
}

/** A player of npm, or the element alone, in Debian's Chromium. */
export function inChromium(
  name: PlayerName,
  kinds: Client['kinds'],
  refuses: NonNullable<Client['refuses']> = () => null,
): Client {
  return {
    name,
    part: 'chromium',
    kinds,
    refuses,
    visit: (visit) =>
      watching(async (tell) => {
        const { origin } = new URL(visit.url);
        const options = { aheadSeconds: visit.seconds, withinMs: WITHIN_MS };
        const page = await openPlayerPage(await theBrowser(), name, origin, options);
        const at = async (step: Step, work: () => Promise<unknown>) => {
          try {
            await work();
          } catch (error) {
            throw new StepFault(step, error instanceof Error ? error.message : String(error));
          }
        };
        const hasFailed = () => page.complaints.find((each) => /^(media element|start|play):/.test(each));
        const until = (what: string, isSo: (sight: Sight) => boolean) =>
          page.until(what, (sight) => {
            const failure = hasFailed();
            if (failure !== undefined) throw new Error(failure);
            return isSo(sight);
          });
        try {
          const start = performance.now();
          await at('start', async () => {
            await page.start(visit.url, visit.height);
            await page.play();
            await until(
              'it plays',
              ({ currentTime, frames }) => currentTime > 0 && (frames > 0 || visit.frames === null),
            );
            tell.first(performance.now() - start);
            const first = (await page.look()).buffered[0]?.[0] ?? 0;
            if (first > 0.1) throw new Error(`what is buffered begins at ${first.toFixed(3)} s`);
          });
          if (visit.seeks) {
            await at('seek', async () => {
              const target = seekTarget(visit);
              await page.seek(target);
              await until(
                `it plays from ${target} s`,
                ({ currentTime, seeking }) => !seeking && currentTime > target,
              );
            });
          }
          await at('end', async () => {
            await page.play(4);
            await until('it ends', ({ ended }) => ended);
            const { currentTime, duration } = await page.look();
            for (const time of [currentTime, duration]) {
              if (!(Math.abs(time - visit.seconds) < 0.25)) {
                throw new Error(`ends at ${currentTime} of ${duration} s instead of ${visit.seconds}`);
              }
            }
          });
        } finally {
          for (const complaint of page.complaints) tell.event(complaint);
          await page.close();
        }
      }),
  };
}
