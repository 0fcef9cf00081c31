import type { Output } from './output.ts';
import type { StreamPlan } from './stream-plan.ts';

/** One line for the `Sluice-Plan` header: `transcode; video=h264:360; audio=aac; reason="…"`. */
export function planHeader(plan: StreamPlan): string {
  const details = plan.kind === 'transcode' ? outputDetails(plan.output) : [];
  return [plan.kind, ...details, `reason="${asciiOnly(plan.reason)}"`].join('; ');
}

function outputDetails({ format, video, audio }: Output): string[] {
  return [
    `format=${format}`,
    ...(video === null ? [] : [`video=${video.kind === 'copy' ? 'copy' : `${video.codec}:${video.height}`}`]),
    ...(audio === null ? [] : [`audio=${audio.kind === 'copy' ? 'copy' : audio.codec}`]),
  ];
}

/** Reasons are made of fixed words and numbers; what else may have slipped in must not break a header. */
function asciiOnly(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, '?');
}
