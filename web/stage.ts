import { elements } from './elements.ts';

/** Draws the controls of the player over both media elements. Until they are there, and without them, the browser has its own. */
export async function drawControls(): Promise<void> {
  try {
    const { drawOver } = await import('./player-controls.ts');
    drawOver(elements.filmControls, 'film');
    drawOver(elements.songControls, 'song');
  } catch {
    for (const element of [elements.video, elements.audio]) element.controls = true;
  }
}

/** Resolves once a person is near the player, or it plays: what nobody wants is not loaded. Never if `signal` aborts. */
export function personNear(element: HTMLMediaElement, signal: AbortSignal): Promise<void> {
  // Whoever came before the server answered has pressed play by now, perhaps.
  if (!element.paused || elements.player.matches(':hover, :focus-within')) return Promise.resolve();
  return new Promise((resolve) => {
    const come = () => resolve();
    for (const event of ['pointerenter', 'focusin', 'touchstart']) {
      elements.player.addEventListener(event, come, { once: true, passive: true, signal });
    }
    element.addEventListener('play', come, { once: true, signal });
  });
}
