import { text } from 'node:stream/consumers';
import { damaged } from '../../base/problem.ts';
import { resultName } from '../../derived/output-names.ts';
import { findTags } from '../../engine/find-tags.ts';
import { type FinishedPart, headOf } from '../formats/head.ts';
import type { Versioned } from '../job/job-store.ts';
import { type ExportRecord, isFinished, type Part, sumUsage } from '../job/record.ts';
import { transition } from '../job/states.ts';
import { type Prepared, prepareRenewing } from './prepare.ts';
import { removeParts } from './remove-parts.ts';
import { whileHolding } from './renewing.ts';
import type { WorkerContext } from './worker.ts';

/**
 * Assembles the parts of an export: the head is computed, the store copies the rest. Does nothing if another
 * worker has taken the task.
 */
export async function assemble(
  worker: WorkerContext,
  taken: Versioned<ExportRecord> | null,
  known?: Prepared,
): Promise<void> {
  const { work, jobs, store, meter, signal } = worker;
  const { generation } = work;
  if (taken?.value.stage.kind !== 'assembling') return;
  const { attempt, stage } = taken.value;
  const { object, plan, context } = known ?? (await prepareRenewing(worker, attempt));
  const shards = await jobs.readShards(stage.shards, generation, signal);
  if (shards.length < stage.shards || !shards.every(({ value }) => isFinished(value)))
    throw damaged('A part of the export is missing.');
  const listed = shards.flatMap(({ value }) => value.parts);
  const compose = async () => {
    const parts = await Promise.all(listed.map((part) => readPart(worker, part)));
    const { recipe } = plan;
    const tags = 'output' in recipe ? await findTags(recipe.output, context) : null;
    const head = headOf(recipe, parts, tags);
    meter.wrote(head.bytes.byteLength);
    const bodies = parts.map((part) => ({
      object: part.object,
      range: { start: 0, end: part.bodyBytes },
    }));
    const name = resultName(object, work.id, plan.extension);
    const result = await store.compose(name, [head.bytes, ...bodies], signal);
    const own = plan.recipe.kind === 'original' ? context.probed.media.durationSeconds : plan.secondsTotal;
    return { sizeBytes: result.sizeBytes, durationSeconds: head.seconds ?? own };
  };
  const assembled = await whileHolding(worker, attempt, compose);
  const { extension, contentType } = plan;
  const held = { generation, attempt };
  const used = sumUsage([meter.take(), ...shards.map(({ value }) => value.usage)]);
  await jobs.change(
    held,
    { kind: 'composed', result: { ...assembled, extension, contentType } },
    signal,
    used,
  );
  await removeParts(worker, signal);
}

/** Takes the assembly after the last part is stored; returns the record unless another worker was faster. */
export function takeAssembly({ work: { generation }, jobs, signal }: WorkerContext) {
  return jobs.change({ generation }, { kind: 'shards-done', isWaiting: false }, signal);
}

/** Sends for another invocation if this one has no time left for the assembly. */
export async function assembleElsewhere({ work, jobs, send, signal }: WorkerContext): Promise<void> {
  const { generation } = work;
  const assembled = await jobs.change({ generation }, { kind: 'shards-done', isWaiting: true }, signal);
  if (assembled !== null) await send({ ...work, task: 'assemble', attempt: assembled.value.attempt });
}

/**
 * Takes the assembly for an invocation that was sent for it; returns the record unless another worker has
 * taken it.
 */
export async function takeWaiting({ work, jobs, signal }: WorkerContext) {
  const record = await jobs.read(signal);
  const { generation, attempt, stage } = record?.value ?? {};
  const isOurs = generation === work.generation && attempt === work.attempt;
  if (!isOurs || record === null || stage?.kind !== 'assembling' || !stage.isWaiting) return null;
  const next = transition(record.value, { kind: 'renewed' });
  return next && jobs.write(next, record, signal);
}

async function readPart({ store, signal }: WorkerContext, { name, bodyBytes }: Part) {
  const object = await store.find(name, signal);
  if (object === null) throw damaged('A part of the export has been removed.');
  const index = await text(await store.read(object, { start: bodyBytes, end: object.sizeBytes }, signal));
  const part: FinishedPart = { bodyBytes, index };
  return { ...part, object };
}
