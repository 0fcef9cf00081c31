import { elements } from './elements.ts';

/** Lets a person choose among the text tracks of the video, whoever has added them. */
export function followSubtitles(): void {
  const { video, subtitles } = elements;
  const tracks = video.textTracks;
  for (const event of ['addtrack', 'removetrack', 'change']) tracks.addEventListener(event, showTracks);
  subtitles.addEventListener('change', () => {
    for (const [at, track] of shownTracks().entries()) {
      track.mode = String(at) === subtitles.value ? 'showing' : 'disabled';
    }
  });
}

function showTracks(): void {
  const { subtitles, subtitlesLabel } = elements;
  const tracks = shownTracks();
  const options = tracks.map(
    ({ label, language }, at) => new Option(label || language || `${at + 1}`, String(at)),
  );
  subtitles.replaceChildren(new Option('none', ''), ...options);
  const showing = tracks.findIndex(({ mode }) => mode === 'showing');
  subtitles.value = showing < 0 ? '' : String(showing);
  subtitlesLabel.hidden = tracks.length === 0;
}

function shownTracks(): readonly TextTrack[] {
  return [...elements.video.textTracks].filter(({ kind }) => kind === 'subtitles' || kind === 'captions');
}
