/* global video */
// biome-ignore lint/correctness/noUnusedVariables: the test's side calls it.
const player = {
  /** Resolves when the element knows how long it lasts; which rendition is loaded it decides itself. */
  start(address) {
    return new Promise((resolve) => {
      video.addEventListener('loadedmetadata', () => resolve(), { once: true });
      video.src = address;
    });
  },
};
