import type { Check } from '../check.ts';
import { hasStatus } from '../verdict.ts';
import { askTwice, judgeEmpty } from './freed-connection.ts';

const WHY = 'answers without a body were reported to leave the connection open for minutes';

export const head: Check = {
  name: 'HEAD',
  expected: '200 without a body, and the connection is free again within seconds',
  why: WHY,
  async run(session) {
    const answers = await askTwice(session, session.mediaPath, { method: 'HEAD' });
    return judgeEmpty(answers, [hasStatus(answers.answer, 200)]);
  },
};

export const notModified: Check = {
  name: '304',
  expected: 'If-None-Match with the ETag is 304, and the connection is free again within seconds',
  why: WHY,
  async run(session) {
    if (session.etag === null) return { kind: 'failed', seen: 'the media has no ETag' };
    const headers = { 'if-none-match': session.etag };
    const answers = await askTwice(session, session.mediaPath, { headers });
    return judgeEmpty(answers, [hasStatus(answers.answer, 304)]);
  },
};

export const noContent: Check = {
  name: '204',
  expected: 'OPTIONS is 204, and the connection is free again within seconds',
  why: WHY,
  async run(session) {
    const answers = await askTwice(session, session.mediaPath, { method: 'OPTIONS' });
    return judgeEmpty(answers, [hasStatus(answers.answer, 204)]);
  },
};
