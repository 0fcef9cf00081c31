import { parseConfig } from '../functions/stream/config.ts';
import { LIMIT_NAMES, LIMITS, type LimitSetting } from '../functions/stream/limits.ts';

/** The settings of the function that a deployment may choose; the stack sets the rest itself. */
export const FUNCTION_SETTINGS = [
  'ALLOWED_ORIGINS',
  'HEAD_START_SEGMENTS',
  ...LIMIT_NAMES.map((name): LimitSetting => LIMITS[name].setting),
  'PAGE_CREDIT',
  'PLAYER_PAGE',
  'PRESIGN_SECONDS',
  'READ_TIMEOUT_SECONDS',
  'REDIRECT_DOWNLOADS',
] as const;

export type FunctionSettings = Readonly<Partial<Record<(typeof FUNCTION_SETTINGS)[number], string>>>;

/** Lets the function's own parser judge, so that a wrong value stops synthesis and not the first request. */
export function checkFunctionSettings(settings: FunctionSettings): void {
  try {
    parseConfig({ ...settings, MEDIA_BUCKET: 'any-bucket', PUBLIC: '1' });
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    throw new Error(`The option environment is wrong: ${sentence}`, { cause: error });
  }
}
