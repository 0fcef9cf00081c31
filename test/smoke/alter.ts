import type { Answers, Ask, Reply } from './fake-answers.ts';
import type { Fault } from './fake-service.ts';

/** Makes a wrong answer of the right one. */
export type Change = (right: Reply, ask: Ask) => Reply;

/** Changes the answers to the selected requests. */
export function where(isMeant: (ask: Ask) => boolean, change: Change): Fault {
  return (ask, correct) => (isMeant(ask) ? change(correct(ask), ask) : correct(ask));
}

export function at(path: string, change: Change): Fault {
  return where(({ target }) => target.includes(path), change);
}

export function forMethod(name: string, change: Change): Fault {
  return where(({ method }) => method === name, change);
}

/** Changes the answers that would have this status. */
export function forStatus(status: number, change: Change): Fault {
  return (ask, correct) => {
    const right = correct(ask);
    return right.status === status ? change(right, ask) : right;
  };
}

/** Answers another request than the one that was sent. */
export function mistake(change: (ask: Ask) => Ask): Fault {
  return (ask: Ask, correct: Answers) => correct(change(ask));
}

export function without(name: string, ask: Ask): Ask {
  const others = Object.entries(ask.headers).filter(([each]) => each !== name);
  return { ...ask, headers: Object.fromEntries(others) };
}

/** Replaces one range, as it is written after `bytes=`, by another. */
export function takeRange(wanted: RegExp, instead: string): Fault {
  return mistake((ask) => {
    const isMeant = wanted.test(ask.headers.range?.replace('bytes=', '') ?? '');
    return isMeant ? { ...ask, headers: { ...ask.headers, range: `bytes=${instead}` } } : ask;
  });
}

/** An empty value removes the header. */
export function changeHeader(name: string, change: (value: string) => string): Change {
  return (right) => ({
    ...right,
    headers: right.headers
      .map(([each, value]) => [each, each === name ? change(value) : value] as const)
      .filter(([, value]) => value !== ''),
  });
}

export function addHeader(name: string, value: (ask: Ask) => string): Change {
  return (right, ask) => ({ ...right, headers: [...right.headers, [name, value(ask)]] });
}

export const hold: Change = (right) => ({ ...right, end: 'held' });
export const breakOff: Change = (right) => ({ ...right, end: 'broken' });
/** Not even a head. */
export const silence: Change = (right) => ({ ...right, status: 0, end: 'held' });
export const hangUp: Change = (right) => ({ ...right, status: 0, end: 'broken' });
