import { elements } from './elements.ts';
import type { Audio, Offered, Player, Quality } from './players/player.ts';
import { rate } from './words.ts';

/** Lets a person choose among what a presentation offers, until `signal` aborts. */
export function showRenditions(player: Player, signal: AbortSignal): void {
  const { quality, audioTrack } = elements;
  const choose = () => player.chooseQuality(quality.value === '' ? null : quality.value);
  quality.addEventListener('change', choose, { signal });
  audioTrack.addEventListener('change', () => player.chooseAudio(audioTrack.value), { signal });
  signal.addEventListener('abort', () => {
    elements.renditions.hidden = true;
  });
}

/** Shows what there is to choose, and what is chosen. */
export function updateRenditions({ qualities, chosen, playing, audios, audio }: Offered): void {
  const automatic = playing === null ? 'automatic' : `automatic: ${nameOf(playing)}`;
  const options = qualities.map((each) => new Option(nameOf(each), each.id));
  elements.quality.replaceChildren(new Option(automatic, ''), ...options);
  elements.quality.value = chosen ?? '';
  elements.audioTrack.replaceChildren(...audios.map(({ id, label }: Audio) => new Option(label, id)));
  elements.audioTrack.value = audio ?? '';
  elements.audioTrackLabel.hidden = audios.length < 2;
  elements.renditions.hidden = qualities.length < 2 && audios.length < 2;
}

/** Names a quality: `720 lines, 2.1 Mbit/s`. */
export function nameOf({ height, bitrate }: Quality): string {
  return height > 0 ? `${height} lines, ${rate(bitrate)}` : rate(bitrate);
}
