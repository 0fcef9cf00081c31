import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, type Step, StepFault, seekTarget, watching } from '../client.ts';
import { runProgram } from '../program.ts';

/** With neither a window nor a loudspeaker, as fast as it decodes. */
export const mpv: Client = {
  name: 'mpv',
  part: 'mpv',
  kinds: ['progressive', 'hls', 'dash'],
  visit: (visit) =>
    watching(async (tell) => {
      const bitrate = visit.rendition === 'encoded' ? 'min' : 'max';
      const play = async (step: Step, from: number, ...more: string[]) => {
        const log = join(visit.folder, `mpv-${step}.log`);
        await runProgram(step, '/usr/bin/mpv', [
          ...['--no-config', '--no-terminal', `--log-file=${log}`],
          ...['--vo=null', '--untimed', '--ao=null', '--ao-null-untimed'],
          ...[
            '--ytdl=no',
            `--hls-bitrate=${bitrate}`,
            ...(from === 0 ? [] : [`--start=${from}`]),
            ...more,
            visit.url,
          ],
        ]);
        const text = await readFile(log, 'utf8');
        for (const [, what = ''] of text.matchAll(/^\[.*?\]\[[ef]\](.*)$/gm)) tell.event(what);
        const restart = /^\[ *([\d.]+)\].*playback restart complete @ ([\d.-]+)/m.exec(text);
        if (restart === null) throw new StepFault(step, 'no frame was shown');
        if (Math.abs(Number(restart[2]) - from) > 0.3) {
          throw new StepFault(step, `begins at ${restart[2]} s instead of ${from}`);
        }
        const opened = /^\[ *([\d.]+)\].*Opening/m.exec(text)?.[1] ?? '0';
        tell.first((Number(restart[1]) - Number(opened)) * 1000);
        return text;
      };
      await play('start', 0, '--length=1');
      const text = visit.seeks ? await play('seek', seekTarget(visit)) : await play('end', 0);
      if (!/EOF code: 1/.test(text)) throw new StepFault('end', 'it does not play to the end');
    }),
};
