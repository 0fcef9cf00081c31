import { join } from 'node:path';
import { type Client, StepFault, watching } from '../client.ts';
import { expectWhole } from '../downloaded.ts';
import { runProgram } from '../program.ts';

/** Downloads, and puts segments together with Debian's ffmpeg. It seeks nowhere. */
export const ytDlp: Client = {
  name: 'yt-dlp',
  part: 'yt-dlp',
  kinds: ['progressive', 'hls', 'dash'],
  visit: (visit) =>
    watching(async (tell) => {
      const file = join(visit.folder, 'film');
      const best = visit.rendition === 'encoded' ? 'worstvideo+worstaudio/worst' : 'bestvideo+bestaudio/best';
      const { code, output, sinceStart } = await runProgram(
        'start',
        '/usr/bin/yt-dlp',
        [
          ...['--ignore-config', '--no-cache-dir', '--newline', '--no-mtime', '--force-overwrites'],
          ...['-f', best, '--hls-prefer-native', '--merge-output-format', 'mkv', '-o', `${file}.%(ext)s`],
          ...['--print', 'after_move:filepath', '--progress', visit.url],
        ],
        { mark: /\[download\] +\d/, env: { HOME: visit.folder } },
      );
      for (const [line] of output.matchAll(/^(WARNING|ERROR).*$/gm)) tell.event(line);
      if (code !== 0) throw new StepFault('start', output.slice(-400));
      if (sinceStart[0] !== undefined) tell.first(sinceStart[0]);
      const written = output.split('\n').findLast((line) => line.startsWith(file)) ?? file;
      await expectWhole(visit, written);
    }),
};
