import { text } from 'node:stream/consumers';
import { damaged } from '../http/problem.ts';
import { headOf, type MadePart } from './heads/head.ts';
import { resultName } from './names.ts';
import type { Prepared } from './prepare.ts';
import { isFinished, type Piece, sumUsage } from './record.ts';
import { removeParts } from './remove-parts.ts';
import { whileRenewing } from './renewing.ts';
import { become } from './states.ts';
import type { Shift } from './worker.ts';

/**
 * Puts the parts of an export together: what stands in front of them is computed, the rest is copied by the store.
 * Nothing happens where somebody else does it.
 */
export async function assemble(shift: Shift, { object, plan, desk }: Prepared): Promise<void> {
  const { work, ledger, store, meter, preparing } = shift;
  const { signal } = preparing;
  const { generation } = work;
  const begun =
    work.task === 'assemble'
      ? await ownedAgain(shift)
      : await ledger.change(generation, { kind: 'made', isWaiting: false }, signal);
  if (begun === null || begun.value.stage.kind !== 'assembling') return;
  const lanes = await ledger.readLanes(begun.value.stage.lanes, generation, signal);
  if (lanes.length < begun.value.stage.lanes || !lanes.every(({ value }) => isFinished(value)))
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
  const renew = async () => (await ledger.change(generation, { kind: 'renewed' }, signal)) !== null;
  const made = await whileRenewing(compose, renew, shift.giveUp);
  const { extension, contentType } = plan;
  const used = sumUsage([meter.take(), ...lanes.map(({ value }) => value.usage)]);
  await ledger.change(
    generation,
    { kind: 'composed', result: { ...made, extension, contentType } },
    signal,
    used,
  );
  await removeParts(shift, signal);
}

/** Sends for another invocation, where this one has no time left for it. */
export async function assembleElsewhere(
  { work, ledger, send, preparing }: Shift,
  attempt: number,
): Promise<void> {
  const made = await ledger.change(work.generation, { kind: 'made', isWaiting: true }, preparing.signal);
  if (made !== null) await send({ ...work, task: 'assemble', attempt });
}

/** Of an invocation that was sent for it: the record, if nobody has taken it yet. */
async function ownedAgain({ work, ledger, preparing }: Shift) {
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
