import { createEngine } from '../functions/stream/engine/ffmpeg.ts';
import { ROOMY } from './ample.ts';

/**
 * A process of its own that runs a program instead of ffmpeg and waits for it: `node holding-runtime.ts
 * PROGRAM`.
 */
await createEngine(process.argv[2] ?? '', ROOMY).transcode(
  'http://127.0.0.1:9/x',
  { input: [], output: ['-f', 'mp4'] },
  {
    signal: new AbortController().signal,
    inputFailure: () => null,
    onSpawn: () => {},
    onExit: () => {},
  },
);
process.stdout.write('ready');
