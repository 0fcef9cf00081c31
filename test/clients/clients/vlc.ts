import { chmod } from 'node:fs/promises';
import { vlcCommand } from '../../../testing/vlc.ts';
import { type Client, type Step, StepFault, seekTarget, watching } from '../client.ts';
import { runProgram } from '../program.ts';

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
        const options = [`--start-time=${from}`, `--adaptive-logic=${logic}`, ...more];
        const [program, args] = vlcCommand(visit.url, options);
        const mark =
          visit.frames === null ? /audio output|decoder debug: Received/ : /Received first picture/;
        const { output, sinceStart } = await runProgram(step, program, args, {
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
