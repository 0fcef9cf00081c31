import { ALL_FORMATS, EncodedPacketSink, HLS, Input, type InputTrack, UrlSource } from 'mediabunny';
import { type Client, StepFault, seekTarget, WITHIN_MS, watching } from '../client.ts';

/** Reads the packets, by ranges where there are any. */
export const mediabunny: Client = {
  name: 'mediabunny',
  part: null,
  kinds: ['progressive', 'hls'],
  visit: (visit) =>
    watching(async (tell) => {
      const source = new UrlSource(visit.url, { getRetryDelay: (attempts) => (attempts < 2 ? 0.1 : null) });
      const input = new Input({ formats: [...ALL_FORMATS, HLS], source });
      const timer = setTimeout(() => input.dispose(), WITHIN_MS);
      try {
        const start = performance.now();
        const at = async <T>(step: 'start' | 'seek' | 'end', work: Promise<T>): Promise<T> =>
          work.catch((error: Error) => {
            throw new StepFault(step, error.message);
          });
        const track = await at('start', chosen(input, visit.frames === null ? null : visit.height));
        if (track === null) throw new StepFault('start', 'no track');
        const sink = new EncodedPacketSink(track);
        const first = await at('start', sink.getFirstPacket());
        tell.first(performance.now() - start);
        if (first === null || Math.abs(first.timestamp) > 0.05) {
          throw new StepFault('start', `begins at ${first?.timestamp} s`);
        }
        if (visit.seeks) {
          const target = seekTarget(visit);
          const packet = await at('seek', sink.getPacket(target));
          const end = (packet?.timestamp ?? 0) + (packet?.duration ?? 0);
          if (packet === null || packet.timestamp > target || end < target - 0.1) {
            throw new StepFault('seek', `finds ${packet?.timestamp} s for ${target}`);
          }
        }
        const seconds = await at('end', track.computeDuration());
        if (Math.abs(seconds - visit.seconds) > 0.1) {
          throw new StepFault('end', `lasts ${seconds} s instead of ${visit.seconds}`);
        }
      } finally {
        clearTimeout(timer);
        input.dispose();
      }
    }),
};

async function chosen(input: Input, height: number | null): Promise<InputTrack | null> {
  const tracks = await input.getVideoTracks();
  if (tracks.length === 0) return input.getPrimaryAudioTrack();
  for (const track of tracks) if ((await track.getDisplayHeight()) === height) return track;
  return tracks[0] ?? null;
}
