import { elements } from './elements.ts';
import { clock } from './words.ts';

/** Arrow keys change the slider step by step: seek when it has come to rest. */
const RESTS_AFTER_MS = 400;

let timer: number | null = null;

/** Calls back with the seconds of the slider when a person moves it. */
export function whenSought(seek: (seconds: string) => void): void {
  const slider = elements.seek;
  slider.addEventListener('input', () => slider.setAttribute('aria-valuetext', clock(Number(slider.value))));
  slider.addEventListener('change', () => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      seek(slider.value);
    }, RESTS_AFTER_MS);
  });
}

/** Moves the slider to the position of the playback, unless a person holds it. */
export function showSeek(now: number, total: number | null): void {
  const slider = elements.seek;
  if (slider.matches(':active') || timer !== null) return;
  slider.step = (total ?? 0) < 60 ? '0.1' : '1';
  slider.max = String(total ?? 0);
  slider.value = String(now);
  slider.setAttribute('aria-valuetext', clock(now));
}
