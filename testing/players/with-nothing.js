/* global video */
// biome-ignore lint/correctness/noUnusedVariables: the test's side calls it.
const player = {
  /** Resolves when the element knows its duration; it chooses the first rendition itself. */
  start(address) {
    return new Promise((resolve) => {
      video.addEventListener('loadedmetadata', () => resolve(), { once: true });
      video.src = address;
    });
  },
};
