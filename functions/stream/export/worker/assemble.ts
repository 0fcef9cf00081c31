import { text } from 'node:stream/consumers';
import { damaged } from '../../base/problem.ts';
import { resultName } from '../../derived/output-names.ts';
import { headOf, type MadePart } from '../formats/head.ts';
import type { Kept } from '../job/job-store.ts';
import { type ExportRecord, isFinished, type Piece, sumUsage } from '../job/record.ts';
import { become } from '../job/states.ts';
import { type Prepared, prepareRenewing } from './prepare.ts';
import { removeParts } from './remove-parts.ts';
import { whileHolding } from './renewing.ts';
import type { Shift } from './worker.ts';

/**
 * Puts the parts of an export together: what stands in front of them is computed, the rest is copied by the store.
 * Nothing happens where somebody else does it, who has taken it before.
 */
export async function assemble(
  shift: Shift,
  taken: Kept<ExportRecord> | null,
  known?: Prepared,
): Promise<void> {
  const { work, ledger, store, meter, preparing } = shift;
  const { signal } = preparing;
  const { generation } = work;
  if (taken?.value.stage.kind !== 'assembling') return;
  const { attempt, stage } = taken.value;
  const { object, plan, desk } = known ?? (await prepareRenewing(shift, attempt));
  const lanes = await ledger.readLanes(stage.lanes, generation, signal);
  if (lanes.length < stage.lanes || !lanes.every(({ value }) => isFinished(value)))
    throw damaged('A part of what was made is missing.');
  const pieces = lanes.flatMap(({ value }) => value.pieces);
  const compose = async () => {
    const parts = await Promise.all(pieces.map((piece) => readPart(shift, piece)));
    const head = headOf(plan.recipe, parts);
    meter.wrote(head.bytes.byteLength);
    const bodies = parts.map((part) => ({
      object: part.object,
      range: { start: 0, end: part.bodyBytes },
    }));
    const name = resultName(object, work.id, plan.extension);
    const result = await store.compose(name, [head.bytes, ...bodies], signal);
    const own = plan.recipe.kind === 'original' ? desk.probed.media.durationSeconds : plan.secondsTotal;
    return { sizeBytes: result.sizeBytes, durationSeconds: head.seconds ?? own };
  };
  const made = await whileHolding(shift, attempt, compose);
  const { extension, contentType } = plan;
  const held = { generation, attempt };
  const used = sumUsage([meter.take(), ...lanes.map(({ value }) => value.usage)]);
  await ledger.change(held, { kind: 'composed', result: { ...made, extension, contentType } }, signal, used);
  await removeParts(shift, signal);
}

/** Of who has seen that all parts are made: the record, if nobody else has. */
export function takeMade({ work: { generation }, ledger, preparing }: Shift) {
  return ledger.change({ generation }, { kind: 'made', isWaiting: false }, preparing.signal);
}

/** Sends for another invocation, where this one has no time left for it. */
export async function assembleElsewhere({ work, ledger, send, preparing }: Shift): Promise<void> {
  const { generation } = work;
  const made = await ledger.change({ generation }, { kind: 'made', isWaiting: true }, preparing.signal);
  if (made !== null) await send({ ...work, task: 'assemble', attempt: made.value.attempt });
}

/** Of an invocation that was sent for it: the record, if nobody has taken it yet. */
export async function takeWaiting({ work, ledger, preparing }: Shift) {
  const record = await ledger.read(preparing.signal);
  const { generation, attempt, stage } = record?.value ?? {};
  const isOurs = generation === work.generation && attempt === work.attempt;
  if (!isOurs || record === null || stage?.kind !== 'assembling' || !stage.isWaiting) return null;
  const next = become(record.value, { kind: 'renewed' });
  return next && ledger.write(next, record, preparing.signal);
}

async function readPart({ store, preparing }: Shift, { name, bodyBytes }: Piece) {
  const { signal } = preparing;
  const object = await store.find(name, signal);
  if (object === null) throw damaged('A part of what was made has been removed.');
  const index = await text(await store.read(object, { start: bodyBytes, end: object.sizeBytes }, signal));
  const part: MadePart = { bodyBytes, index };
  return { ...part, object };
}
