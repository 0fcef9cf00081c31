import { expect } from 'chai';
import { terminalLine } from '../../local/terminal-lines.ts';

const TIME = '2026-11-30T12:01:18.245Z';
const REQUEST = {
  level: 'INFO',
  message: 'request',
  timestamp: TIME,
  requestId: '8c6666c8',
  method: 'GET',
  path: '/stream/video.mp4',
  status: 200,
  bytes: 105_341,
  milliseconds: 1106,
};

describe('terminalLine', () => {
  const CASES: readonly [string, object, string | null][] = [
    [
      'a transcode with its height and its first byte',
      {
        timing: 'stat;dur=1.3, spawn;dur=15.8, first;dur=554.1',
        plan: 'transcode; format=mp4; video=h264:240; audio=aac; reason="duration=2; was asked for"',
      },
      '12:01:18  200  /stream/video.mp4  transcode 240  105 kB in 1.1 s, first byte after 571 ms',
    ],
    [
      'a cached answer',
      { plan: 'transcode; video=h264:240; segment=0; cached', milliseconds: 4, bytes: 12 },
      '12:01:18  200  /stream/video.mp4  transcode 240 cached  12 B in 4 ms',
    ],
    [
      'another method and a refusal',
      { method: 'HEAD', status: 404, bytes: 0, milliseconds: 3, problem: 'not-found', cause: 'ENOENT' },
      '12:01:18  404  HEAD /stream/video.mp4  not-found  0 B in 3 ms',
    ],
    [
      'a fault with its cause',
      { level: 'ERROR', status: 500, bytes: 180, problem: 'internal', cause: 'Error: x' },
      '12:01:18  500  /stream/video.mp4  internal  Error: x  180 B in 1.1 s',
    ],
    [
      'that an answer broke off, and why',
      { level: 'ERROR', plan: 'passthrough', broken: 'Error: gone' },
      '12:01:18  200  /stream/video.mp4  passthrough  105 kB in 1.1 s  broken off: Error: gone',
    ],
    [
      'that what followed an answer failed',
      { level: 'ERROR', message: 'deferred', failed: 'Error: full' },
      '12:01:18  deferred  Error: full',
    ],
    ['nothing of what only a machine wants to know', { message: 'deferred', cached: 'made/x.mp4' }, null],
    [
      'a failure after the answer',
      { level: 'ERROR', message: 'deferred', problem: 'source-changed', cause: 'it changed' },
      '12:01:18  deferred  source-changed  it changed',
    ],
    [
      'a warning',
      { level: 'WARN', message: 'Every media address is closed.' },
      '12:01:18  Every media address is closed.',
    ],
  ];
  for (const [what, fields, expected] of CASES) {
    it(`says ${what}`, () => {
      const text = JSON.stringify({ ...REQUEST, ...fields });
      expect(terminalLine({ source: 'stdout', pid: 1, text })).to.equal(expected);
    });
  }

  it('leaves other lines as they are', () => {
    for (const text of ['', '{', '42', 'null', '{"a":1}', 'a stack']) {
      expect(terminalLine({ source: 'stdout', pid: 1, text })).to.equal(text);
    }
    const id = '8c6666c8-adee-496f-bc32-812d497f2465';
    const left = { source: 'platform', pid: 1, text: `${id} viewer left /stream/a.mp4` } as const;
    expect(terminalLine(left)).to.equal('viewer left /stream/a.mp4');
    const text = JSON.stringify(REQUEST);
    expect(terminalLine({ source: 'stderr', pid: 1, text })).to.equal(text);
  });
});
