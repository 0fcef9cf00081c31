import type { Media } from '../functions/stream/media/model/media.ts';
import { type Address, addressOf, isAudioFormat, isPresentation } from './address.ts';
import { feedChart } from './chart-feed.ts';
import { countCovered } from './coverage.ts';
import { isFilm } from './describe-track.ts';
import { elements } from './elements.ts';
import { feed } from './feed.ts';
import { showQualities } from './film-choices.ts';
import { whenFirst } from './first-frame.ts';
import { describeTimings, parsePlan, parseServerTiming } from './headers.ts';
import type { Failure, Offered } from './players/player.ts';
import { messageOf, showFailure, showProblem } from './problem.ts';
import { showProgress } from './progress.ts';
import { clearRequests } from './request-table.ts';
import { headersOf, refusalOf } from './requests.ts';
import { watchResponses } from './responses.ts';
import { hideCost } from './spent.ts';
import { personNear } from './stage.ts';
import { milliseconds, qualityName } from './words.ts';

type Choice = {
  readonly chosen: Address;
  /** Null if nothing is known of the file. */
  readonly media: Media | null;
  readonly play: boolean;
  /** Whether nothing is loaded before a person comes near the player. */
  readonly waits: boolean;
};

/** The media element's events after which the display changes. */
const EVENTS = ['timeupdate', 'progress', 'durationchange', 'seeked', 'ended', 'suspend'];

/** By the code of a `MediaError`. */
const REASONS: Readonly<Record<number, string>> = {
  2: 'The connection broke off.',
  3: 'The media could not be decoded.',
  4: 'The browser cannot play this kind of media.',
};

/** Ends the playback and clears what was shown of it. */
export function stop(): void {
  for (const element of [elements.video, elements.audio]) {
    if (!element.hasAttribute('src')) continue;
    element.removeAttribute('src');
    element.load(); // Closes the connection, so that the server stops.
  }
  const { plan, first, received, videoSize, frames, timings, reason, buffered } = elements;
  for (const element of [plan, first, received, videoSize, frames, timings]) element.textContent = '–';
  showQualities(null);
  hideCost();
  for (const element of [reason, buffered]) element.textContent = '';
  first.value = '';
  received.value = '0';
  elements.timingsLabel.textContent = 'Server timing';
  elements.clock.textContent = '0:00';
  elements.seekLabel.hidden = true;
  clearRequests();
}

/** Plays an address, or stops at its beginning. Throws a `Refusal` if the server refuses it. */
export async function start({ chosen, media, play, waits }: Choice, signal: AbortSignal): Promise<void> {
  const address = addressOf(chosen);
  const headers = await headersOf(address, signal);
  if (signal.aborted) return;
  showHeaders(headers);
  const element = chooseElement(chosen, media);
  const isAdaptive = isPresentation(chosen.way);
  const isLive = !isAdaptive && headers.get('accept-ranges') !== 'bytes';
  const seeksByAsking = isLive && chosen.way === 'stream';
  const offset = Number(chosen.params.get('start')) || 0;
  const speed = Number(chosen.params.get('speed')) || 1;
  const part = Number(chosen.params.get('duration')) || null;
  const covered = countCovered();
  const received = watchResponses(
    isAdaptive ? isBelow(new URL('.', new URL(address, location.href))) : isOf(element, address),
    signal,
  );
  const refresh = () => {
    const played = Number.isFinite(element.duration) ? offset + speed * element.duration : null;
    const total = media?.durationSeconds ?? played;
    showProgress({ element, isLive, seeksByAsking, offset, speed, total, part, received, covered });
  };
  for (const event of EVENTS) element.addEventListener(event, refresh, { signal });
  element.addEventListener(
    'error',
    () => explain({ message: reasonOf(element.error), address: null }, address, signal),
    { signal },
  );

  let declared: number | null = null;
  feedChart(element, () => declared, signal);
  let begun = performance.now();
  const begin = () => {
    begun = performance.now();
  };
  // Nothing of a presentation is loaded before.
  if (isAdaptive) element.addEventListener('play', begin, { once: true, signal });
  whenFirst(element, signal, () => {
    const tookMs = performance.now() - begun;
    elements.first.value = tookMs.toFixed(0);
    elements.first.textContent = milliseconds(tookMs);
    refresh();
  });
  const onChange = (offered: Offered) => {
    if (offered.playing === null) return;
    declared = offered.playing.bitrate;
    elements.plan.textContent = `${chosen.way}; ${qualityName(offered.playing)}`;
    elements.reason.textContent =
      offered.chosen === null ? 'The player chooses, as the connection allows.' : 'Chosen by hand.';
  };
  const onFailure = (failure: Failure) => explain(failure, address, signal);
  refresh();
  const fill = () => feed(element, chosen, { onChange, onFailure }, signal);
  if (waits && !play) {
    void personNear(element, signal)
      .then(fill)
      .catch((error) => !signal.aborted && showFailure(error));
    return;
  }
  await fill();
  if (signal.aborted) return;
  // A browser may refuse audio before the first click; the controls are visible.
  if (play) element.play().catch(() => {});
}

/** Returns whether a media element itself has sent a request. */
function isOf(element: HTMLMediaElement, address: string): (entry: PerformanceResourceTiming) => boolean {
  const { href } = new URL(address, location.href);
  return ({ name, initiatorType }) => name === href && initiatorType === element.localName;
}

/** Returns whether a request was for a playlist or a segment of a presentation. */
function isBelow({ href }: URL): (entry: PerformanceResourceTiming) => boolean {
  return ({ name }) => name.startsWith(href);
}

function showHeaders(headers: Headers): void {
  const { plan, reason } = parsePlan(headers.get('sluice-plan') ?? '–');
  elements.plan.textContent = plan;
  elements.reason.textContent = reason;
  elements.timings.textContent =
    describeTimings(parseServerTiming(headers.get('server-timing') ?? '')) || '–';
  elements.timingsLabel.textContent = 'Server timing, of the plan';
}

/** Shows the element that will play, and what can be chosen of it. */
function chooseElement({ way, params }: Address, media: Media | null): HTMLVideoElement | HTMLAudioElement {
  const isAudio = isAudioFormat(params) || (media !== null && !media.tracks.some(isFilm));
  elements.audio.hidden = !isAudio;
  elements.video.hidden = isAudio;
  elements.choices.hidden = isAudio;
  for (const { parentElement } of [elements.videoSize, elements.frames]) {
    if (parentElement !== null) parentElement.hidden = isAudio;
  }
  elements.qualityRow.hidden = !isPresentation(way);
  elements.firstLabel.textContent = isAudio ? 'First audio' : 'First frame';
  return isAudio ? elements.audio : elements.video;
}

/** Shows why a playback has failed: the server's own sentence, if there is one. */
async function explain(failure: Failure, address: string, signal: AbortSignal): Promise<void> {
  try {
    const refusal = await refusalOf(failure.address ?? address, signal);
    if (signal.aborted) return;
    if (refusal !== null) showFailure(refusal);
    else showProblem({ title: 'The browser stopped playing', detail: failure.message });
  } catch (cause) {
    if (!signal.aborted) showProblem({ title: 'The server cannot be reached', detail: messageOf(cause) });
  }
}

function reasonOf(error: MediaError | null): string {
  const { code = 0, message = '' } = error ?? {};
  return `${REASONS[code] ?? ''} ${message}`.trim() || 'It gave no reason.';
}
