import { chmod } from 'node:fs/promises';
import { type Client, type Step, StepFault, seekTarget, watching } from '../client.ts';
import { runProgram } from '../program.ts';

// It refuses to run as root.
const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];

/** With neither a window nor a loudspeaker, four times as fast. */
export const vlc: Client = {
  name: 'VLC',
  part: 'vlc',
  kinds: ['progressive', 'hls', 'dash'],
  visit: (visit) =>
    watching(async (tell) => {
      await chmod(visit.folder, 0o777);
      const start = visit.seeks ? seekTarget(visit) : 0;
      const logic = visit.rendition === 'encoded' ? 'lowest' : 'highest';
      const play = async (step: Step, from: number, ...more: string[]) => {
        const program = [
          ...[
            '/usr/bin/vlc',
            '-I',
            'dummy',
            '--no-color',
            '-vv',
            '--vout=dummy',
            '--aout=dummy',
            '--no-dbus',
          ],
          ...['--rate=4', `--start-time=${from}`, `--adaptive-logic=${logic}`, ...more],
          ...[visit.url, 'vlc://quit'],
        ];
        const asNobody = process.getuid?.() === 0;
        const [first = '', ...args] = asNobody ? ['/usr/bin/setpriv', ...NOBODY, ...program] : program;
        const mark =
          visit.frames === null ? /audio output|decoder debug: Received/ : /Received first picture/;
        const { output, sinceStart } = await runProgram(step, first, args, {
          mark,
          env: { HOME: visit.folder },
        });
        for (const [, what = ''] of output.matchAll(
          /^\S+ (?!dbus|main interface|main libvlc)(\w.* error: .*)$/gm,
        )) {
          tell.event(what);
        }
        if (sinceStart[0] === undefined) throw new StepFault(step, 'no frame was shown');
        if (/unable to open the MRL|input can't be opened/.test(output))
          throw new StepFault(step, 'cannot open it');
        tell.first(sinceStart[0]);
        return output;
      };
      const output = await play(visit.seeks ? 'seek' : 'start', start);
      if (!/EOF reached/.test(output)) throw new StepFault('end', 'it does not play to the end');
    }),
};
