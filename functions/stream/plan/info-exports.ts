import { Problem } from '../base/problem.ts';
import { describeProblem } from '../http/problem-response.ts';
import { addressOf } from '../route/address-of.ts';
import { FORMAT_NAMES } from '../route/formats.ts';
import { withWorkCost } from './cost.ts';
import type { AddressInfo } from './object-info.ts';
import { planExport } from './plan-export.ts';
import type { PlanInput } from './plan-input.ts';

/** Describes the complete files that can be exported of an object, one for each format. */
export function describeExports(
  key: string,
  input: PlanInput,
  { prefix, memoryMegabytes }: { readonly prefix: string; readonly memoryMegabytes: number | null },
): readonly AddressInfo[] {
  return FORMAT_NAMES.map((format) => {
    const href = `${prefix}${addressOf('export', key)}?format=${format}`;
    try {
      const plan = planExport({ ...input, parameters: { ...input.parameters, format } });
      const { reason, contentType, predictedSeconds: seconds, predictedBytes: bytes } = plan;
      const predicted = withWorkCost({ seconds, bytes }, memoryMegabytes);
      return { href, plan: 'export', reason, contentType, predicted };
    } catch (error) {
      if (error instanceof Problem) return { href, problem: describeProblem(error) };
      throw error;
    }
  });
}
