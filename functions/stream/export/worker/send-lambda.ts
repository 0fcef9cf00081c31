import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Problem } from '../../base/problem.ts';
import type { Send, WorkEvent } from '../job/work-event.ts';

/** Sends through Lambda's API to the function of that name, or to its alias; the role must permit it. */
export function lambdaSend(functionName: string, alias: string | null): Send {
  const client = new LambdaClient({ maxAttempts: 3 });
  return async (work) => {
    const event: WorkEvent = { sluice: work };
    const Payload = Buffer.from(JSON.stringify(event));
    try {
      await client.send(
        new InvokeCommand({
          FunctionName: functionName,
          InvocationType: 'Event',
          Payload,
          ...(alias === null ? {} : { Qualifier: alias }),
        }),
      );
    } catch (cause) {
      const isForbidden = cause instanceof Error && /AccessDenied|NotAuthorized/.test(cause.name);
      throw new Problem(
        'workers-unavailable',
        isForbidden
          ? 'This function may not invoke itself, which exports need: its role lacks lambda:InvokeFunction.'
          : 'No worker could be started for this export; try again shortly.',
        { cause, headers: { 'retry-after': '10' } },
      );
    }
  };
}
