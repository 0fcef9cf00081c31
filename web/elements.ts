/** The elements of player.html that change, by the names of their ids. */
export const elements = {
  main: byId('main', HTMLElement),
  skip: byId('skip', HTMLAnchorElement),
  count: byId('count', HTMLElement),
  refresh: byId('refresh', HTMLButtonElement),
  upload: byId('upload', HTMLButtonElement),
  uploadFiles: byId('upload-files', HTMLInputElement),
  uploads: byId('uploads', HTMLElement),
  filter: byId('filter', HTMLInputElement),
  kinds: byId('kinds', HTMLFormElement),
  trail: byId('trail', HTMLElement),
  shelf: byId('shelf', HTMLElement),
  files: byId('files', HTMLElement),
  filesNote: byId('files-note', HTMLElement),
  moreRow: byId('more-row', HTMLElement),
  more: byId('more', HTMLButtonElement),
  player: byId('player', HTMLElement),
  stage: byId('stage', HTMLElement),
  filmControls: byId('film-controls', HTMLElement),
  songControls: byId('song-controls', HTMLElement),
  video: byId('video', HTMLVideoElement),
  audio: byId('audio', HTMLAudioElement),
  cover: byId('cover', HTMLImageElement),
  waveform: byId('waveform', HTMLImageElement),
  title: byId('title', HTMLElement),
  choices: byId('choices', HTMLElement),
  qualityRow: byId('quality-row', HTMLElement),
  qualities: byId('qualities', HTMLFormElement),
  subtitles: byId('subtitles', HTMLFormElement),
  linkCopy: byId('link-copy', HTMLButtonElement),
  imageCopy: byId('image-copy', HTMLButtonElement),
  linkCopied: byId('link-copied', HTMLElement),
  seekLabel: byId('seek-label', HTMLElement),
  seek: byId('seek', HTMLInputElement),
  clock: byId('clock', HTMLElement),
  buffered: byId('buffered', HTMLElement),
  credit: byId('credit', HTMLElement),
  problem: byId('problem', HTMLElement),
  problemTitle: byId('problem-title', HTMLElement),
  problemDetail: byId('problem-detail', HTMLElement),
  problemId: byId('problem-id', HTMLElement),
  controls: byId('controls', HTMLFormElement),
  streamFields: byId('stream-fields', HTMLFieldSetElement),
  addressForm: byId('address-form', HTMLFormElement),
  address: byId('address', HTMLInputElement),
  copy: byId('copy', HTMLButtonElement),
  copied: byId('copied', HTMLElement),
  snippetCard: byId('snippet-card', HTMLElement),
  snippetFor: byId('snippet-for', HTMLFormElement),
  snippet: byId('snippet', HTMLElement),
  snippetCopy: byId('snippet-copy', HTMLButtonElement),
  snippetCopied: byId('snippet-copied', HTMLElement),
  exportCard: byId('export-card', HTMLElement),
  exportFormats: byId('export-formats', HTMLElement),
  exportNote: byId('export-note', HTMLElement),
  exports: byId('exports', HTMLElement),
  exportsClear: byId('exports-clear', HTMLButtonElement),
  export: byId('export', HTMLButtonElement),
  exportAsked: byId('export-asked', HTMLElement),
  plan: byId('plan', HTMLElement),
  reason: byId('reason', HTMLElement),
  firstLabel: byId('first-label', HTMLElement),
  first: byId('first', HTMLDataElement),
  received: byId('received', HTMLDataElement),
  videoSize: byId('video-size', HTMLElement),
  frames: byId('frames', HTMLElement),
  timingsLabel: byId('timings-label', HTMLElement),
  timings: byId('timings', HTMLElement),
  cost: byId('cost', HTMLElement),
  costOfPlays: byId('cost-of-plays', HTMLElement),
  chart: byId('chart', HTMLElement),
  chartNote: byId('chart-note', HTMLElement),
  requestsCard: byId('requests-card', HTMLElement),
  requests: byId('requests', HTMLElement),
  fileCard: byId('file-card', HTMLElement),
  file: byId('file', HTMLElement),
  tracks: byId('tracks', HTMLElement),
  offersCard: byId('offers-card', HTMLElement),
  offers: byId('offers', HTMLElement),
};

/** Throws if the page has none of this kind. */
function byId<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`The page has no ${kind.name} #${id}.`);
}

/** Creates an element. Keys are hostile text: a text given here remains text. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}
