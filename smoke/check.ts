import type { Session } from './session.ts';
import type { Verdict } from './verdict.ts';

/** One thing that a deployed service must do. */
export type Check = {
  readonly name: string;
  readonly expected: string;
  /** What is reported of Lambda or of players, and thus worth checking. */
  readonly why: string;
  run(session: Session): Promise<Verdict>;
};
