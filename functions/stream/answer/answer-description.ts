import type { Word } from '../description/described.ts';
import { jsonResponse } from '../http/json.ts';
import type { Route } from '../route/route.ts';
import { clearRefusal } from './refuse-clear.ts';
import type { Services } from './services.ts';

type Described = Pick<Services, 'config' | 'exports' | 'version'>;

/** Answers `/openapi.json` and `/llms.txt`: the addresses that this service has, and their parameters. */
export async function answerDescription(
  { form }: Extract<Route, { kind: 'description' }>,
  services: Described,
): Promise<Response> {
  // Loaded when it is needed, as few ask.
  const [{ openApi }, { llmsText }] = await Promise.all([
    import('../description/openapi.ts'),
    import('../description/llms-text.ts'),
  ]);
  const { config, version } = services;
  const subject = { version, isSigned: config.access.kind !== 'public', off: wordsOff(services) };
  if (form === 'openapi') return jsonResponse(openApi(subject));
  return new Response(llmsText(subject), { headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

/** Returns the first words of the addresses that this service does not answer. */
function wordsOff({ config, exports }: Described): readonly Word[] {
  const scheme = config.encryption?.scheme ?? null;
  const isFramed = config.embedOrigins.length > 0;
  const films = (['media', 'stream', 'export', 'made'] as const).filter(
    (word) => clearRefusal(word, scheme) !== null,
  );
  return [
    ...films,
    ...(clearRefusal('manifest', scheme) === null ? [] : (['dash'] as const)),
    ...(scheme === null ? (['key'] as const) : []),
    ...(exports === null ? (['export', 'made'] as const) : []),
    ...(config.uploads === null ? (['upload'] as const) : []),
    ...(config.playerPage ? [] : (['', 'console'] as const)),
    ...(isFramed ? [] : (['embed'] as const)),
    ...(config.playerPage || isFramed ? [] : (['assets'] as const)),
  ];
}
