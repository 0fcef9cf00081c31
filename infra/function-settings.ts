import { parseConfig } from '../functions/stream/config/config.ts';
import type { DeployableSetting } from '../functions/stream/config/settings.ts';

export type FunctionSettings = Readonly<Partial<Record<DeployableSetting, string>>>;

/** Checks with the function's own parser, so that a wrong value stops synthesis and not the first request. */
export function checkFunctionSettings(settings: FunctionSettings, keepsDerived: boolean): void {
  try {
    const derived = keepsDerived ? { DERIVED_BUCKET: 'another-bucket' } : {};
    parseConfig({ ...settings, ...derived, MEDIA_BUCKET: 'any-bucket', PUBLIC: '1' });
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    throw new Error(`The option environment is wrong: ${sentence}`, { cause: error });
  }
}
