import { type Client, type Step, StepFault, seekTarget, watching } from '../client.ts';
import { runProgram } from '../program.ts';

/** Debian's ffmpeg, which decodes all of it. */
export const ffmpegClient: Client = {
  name: 'ffmpeg',
  part: 'ffmpeg',
  kinds: ['progressive', 'hls', 'dash'],
  visit: (visit) =>
    watching(async (tell) => {
      const track =
        visit.frames === null ? '0:a:0' : `0:v:${visit.kind === 'progressive' ? 0 : visit.variant}`;
      const decode = async (step: Step, ...from: string[]) => {
        const { code, output, sinceStart } = await runProgram(
          step,
          '/usr/bin/ffmpeg',
          [
            ...['-v', 'error', '-nostdin', '-progress', 'pipe:1', '-stats_period', '0.05', ...from],
            ...[
              '-i',
              visit.url,
              '-map',
              track,
              '-map',
              '0:a:0',
              '-fps_mode',
              'passthrough',
              '-f',
              'null',
              '-',
            ],
          ],
          { mark: /^out_time_us=\d/m },
        );
        for (const [line] of output.matchAll(/^\[.*$/gm)) tell.event(line);
        if (code !== 0) throw new StepFault(step, output.slice(0, 300));
        if (sinceStart[0] !== undefined) tell.first(sinceStart[0]);
        const last = (name: string) =>
          Number([...output.matchAll(new RegExp(`^${name}=(\\d+)$`, 'gm'))].at(-1)?.[1] ?? 0);
        return { frames: last('frame'), seconds: last('out_time_us') / 1e6 };
      };
      const whole = await decode('start');
      const { frames, seconds } = visit;
      if (frames !== null && whole.frames !== frames)
        throw new StepFault('end', `${whole.frames} of ${frames} frames`);
      if (Math.abs(whole.seconds - seconds) > 0.1)
        throw new StepFault('end', `${whole.seconds} of ${seconds} s`);
      if (!visit.seeks) return;
      const rest = await decode('seek', '-ss', String(seekTarget(visit)));
      const wanted = seconds - seekTarget(visit);
      if (Math.abs(rest.seconds - wanted) > 0.1)
        throw new StepFault('seek', `${rest.seconds} of ${wanted} s`);
    }),
};
