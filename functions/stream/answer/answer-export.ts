import { describeError } from '../base/describe-error.ts';
import { Problem } from '../base/problem.ts';
import { followExport } from '../export/api/ask.ts';
import type { Probed } from '../media/probe/probe.ts';
import { findBurnt } from '../open/burnt-text.ts';
import { heedChanges } from '../open/probe-object.ts';
import { planExport } from '../plan/plan-export.ts';
import { planInput } from '../plan/plan-input.ts';
import { type AnswerContext, prefixOf, type RouteTo } from './answer-context.ts';

/** Answers `/export`: starts an export or joins one, and reports its progress. Throws `exports-off`. */
export async function answerExport(
  { parameters }: RouteTo<'export'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, grant, services, object, signal, secondsLeft } = context;
  if (services.exports === null) {
    throw new Problem('exports-off', services.config.offersExports ? NO_STORE : NOT_FOR_EVERYBODY);
  }
  const input = await findBurnt(planInput({ ...context, probed }, parameters, null), context);
  const plan = planExport(await heedChanges(input, context));
  const prefix = prefixOf(grant);
  const onFailure = (error: unknown) => context.trace.note({ following: describeError(error) });
  const signer = grant.kind === 'signed' ? grant.keyId : null;
  const asked = { object, parameters, plan, signer, prefix, secondsLeft, signal, onFailure };
  return followExport(request, { ...services.exports, ...asked });
}

const NO_STORE =
  'Exports need a derived store (setting DERIVED_BUCKET or DERIVED_DIR), and this service has none.';
const NOT_FOR_EVERYBODY =
  'Exports are switched off, since this service is open to everybody (setting PUBLIC_EXPORTS).';
