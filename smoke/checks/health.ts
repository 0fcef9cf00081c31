import type { Check } from '../check.ts';
import { headerOf, jsonOf } from '../exchange.ts';
import { hasEnded, hasStatus, judge, notChecked, seconds, summarise } from '../verdict.ts';

const WARM_REQUESTS = 7;

export const health: Check = {
  name: 'health',
  expected: '/health is 200 with the version of the service and of ffmpeg',
  why: 'ffmpeg comes from a layer of its own: without it, nothing can be transcoded',
  async run({ health: answer }) {
    const { version, ffmpeg } = jsonOf(answer);
    const isNamed = (name: unknown) => typeof name === 'string' && name !== '';
    return judge(`${summarise(answer)}, version ${version}, ffmpeg ${ffmpeg}`, [
      hasStatus(answer, 200),
      hasEnded(answer),
      [headerOf(answer, 'content-type') === 'application/json', 'it is not JSON'],
      [isNamed(version), 'it names no version'],
      [isNamed(ffmpeg), 'it names no ffmpeg'],
    ]);
  },
};

/** Nobody can ask for a cold start from outside: the very first request may have met one. */
export const firstByte: Check = {
  name: 'first byte',
  expected: 'two bytes of the media, several times; the time is reported, not judged',
  why: 'a cold start was measured at 0.1 to 0.2 s on a laptop and is unknown in AWS',
  async run(session) {
    const answers = [];
    while (answers.length < WARM_REQUESTS) {
      answers.push(await session.ask(session.mediaPath, { headers: { range: 'bytes=0-1' } }));
    }
    const times = answers
      .map(({ arrivals }) => arrivals[0]?.milliseconds ?? Number.NaN)
      .sort((a, b) => a - b);
    const [fastest = Number.NaN, median = Number.NaN, slowest = Number.NaN] = [
      times[0],
      times[Math.floor(times.length / 2)],
      times.at(-1),
    ];
    const first = session.first.arrivals[0]?.milliseconds;
    const opening = first === undefined ? '' : `first request of all ${seconds(first)}, then `;
    const seen = `${opening}${seconds(median)} (${seconds(fastest)} to ${seconds(slowest)}), connecting included`;
    return judge(
      seen,
      answers.flatMap((answer) => [hasStatus(answer, 206), hasEnded(answer)]),
    );
  },
};

export const info: Check = {
  name: 'info',
  expected: '/info is 200 and reports the same size as Content-Range',
  why: 'it reads the object through the same cache as everything else',
  async run(session) {
    if (session.sizeBytes === null) return notChecked('the size is unknown, see "range"');
    const answer = await session.ask(session.infoPath);
    const { sizeBytes, key } = jsonOf(answer);
    return judge(`${summarise(answer)}, ${sizeBytes} bytes of media`, [
      hasStatus(answer, 200),
      hasEnded(answer),
      [key === session.key, 'it reports another key'],
      [sizeBytes === session.sizeBytes, `Content-Range says ${session.sizeBytes}`],
    ]);
  },
};
