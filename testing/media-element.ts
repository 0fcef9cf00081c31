/** Lets a page without an address of its own, in which `watch` plays, have answers of a local service. */
export const FOR_ANY_PAGE = { ALLOWED_ORIGINS: '*' } as const;

/** A page of either browser; scripts run in it as text, since this project has no DOM library. */
export type AnyPage = { evaluate(text: string): Promise<unknown> };

export type Watched = {
  /** `duration` with the metadata, at the first frame, and at the end; null for no finite one. */
  readonly durations: readonly (number | null)[];
  /** The code of the element's error. */
  readonly error: number | null;
  readonly currentTime: number;
  /** Milliseconds from the address to `canplay`; null if it never came. */
  readonly canplayMilliseconds: number | null;
  readonly ended: boolean;
};

/**
 * Plays an address in an element of its own: to `canplay`, to a share of its duration, or to its end at four
 * times the speed. An error ends it as well.
 */
export async function watch(
  page: AnyPage,
  address: string,
  goal: 'canplay' | 'end' | { readonly seekTo: number },
): Promise<Watched> {
  const seekTo = typeof goal === 'object' ? goal.seekTo : null;
  return (await page.evaluate(`(async () => {
    const element = document.createElement('video');
    element.muted = true;
    element.preload = 'auto';
    document.body.append(element);
    const durations = [];
    const note = () => durations.push(Number.isFinite(element.duration) ? element.duration : null);
    const begun = performance.now();
    let canplay = null;
    element.addEventListener('loadedmetadata', note, { once: true });
    element.addEventListener('loadeddata', note, { once: true });
    element.addEventListener('canplay', () => { canplay ??= performance.now() - begun; });
    const event = (...names) => new Promise((resolve) => {
      for (const name of [...names, 'error']) element.addEventListener(name, resolve, { once: true });
      if (element.error) resolve();
    });
    element.src = ${JSON.stringify(address)};
    await event('canplay');
    if (${seekTo} !== null && !element.error) {
      element.currentTime = element.duration * ${seekTo};
      await event('seeked');
    }
    if (${goal === 'end'} && !element.error) {
      element.playbackRate = 4;
      element.play().catch(() => {});
      await event('ended');
    }
    note();
    const { error, currentTime, ended } = element;
    element.remove();
    element.removeAttribute('src');
    element.load();
    return { durations, error: error && error.code, currentTime, ended, canplayMilliseconds: canplay };
  })()`)) as Watched;
}
