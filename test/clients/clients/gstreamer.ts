import { type Client, type Step, StepFault, seekTarget, watching } from '../client.ts';
import { runProgram } from '../program.ts';

const SINK = 'fakesink sync=true silent=false';

/**
 * playbin3 with sinks that tell of each buffer, in time: faster, it waits for ever where it buffers again when one track
 * has ended and the other one has not.
 */
export const gstreamer: Client = {
  name: 'GStreamer',
  part: 'gstreamer',
  kinds: ['progressive', 'hls', 'dash'],
  refuses: ({ name }) => (name === 'hls encoded' ? 'chooses itself' : null),
  visit: (visit) =>
    watching(async (tell) => {
      const play = async (step: Step, from: number) => {
        const { output, sinceStart } = await runProgram(
          step,
          '/usr/bin/gst-play-1.0',
          [
            ...['--no-interactive', '--no-position', '--use-playbin3', '-v', '-s', String(from)],
            ...['--videosink', SINK, '--audiosink', SINK, visit.url],
          ],
          { mark: /last-message = chain/, env: { HOME: visit.folder } },
        );
        for (const [, what = ''] of output.matchAll(/^ERROR (.*)$/gm)) tell.event(what);
        if (sinceStart[0] === undefined) throw new StepFault(step, 'no frame was shown');
        tell.first(sinceStart[0]);
        const failed = /^ERROR (.*)$/m.exec(output)?.[1];
        if (failed !== undefined) throw new StepFault(step, failed);
        return output;
      };
      const whole = await play('start', 0);
      const last = Math.max(...ends(whole));
      if (!(Math.abs(last - visit.seconds) < 0.25)) {
        throw new StepFault('end', `ends at ${last} s instead of ${visit.seconds}`);
      }
      if (!visit.seeks) return;
      const target = seekTarget(visit);
      // The start position is sought once the first frames are there.
      const times = ends(await play('seek', target));
      const isSought = times.some((time) => time > target) && Math.max(...times) > visit.seconds - 0.25;
      const skipped = times.every((time) => time < 2 || time > target - 4.1);
      if (!isSought || !skipped) throw new StepFault('seek', `${target} s is not where it goes on`);
    }),
};

/** When each buffer ends, in seconds. */
function ends(output: string): number[] {
  const times = /pts: (\d+):(\d+):([\d.]+), duration: (?:none|(\d+):(\d+):([\d.]+))/g;
  return [...output.matchAll(times)].map(([, ...parts]) => {
    const [hours = 0, minutes = 0, seconds = 0, more = 0, still = 0, invocationSignal = 0] = parts.map(
      (part) => Number(part ?? 0),
    );
    return (hours + more) * 3600 + (minutes + still) * 60 + seconds + invocationSignal;
  });
}
