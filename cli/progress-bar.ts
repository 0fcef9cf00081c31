import { Presets, SingleBar } from 'cli-progress';

/** Tells a person how far something is. */
export type ProgressBar = {
  /** `share` is of 1. */
  show(share: number, text: string): void;
  /** Leaves the terminal as it was. */
  end(): void;
};

/** Opens a bar on standard error, if that is a terminal; elsewhere it shows nothing. */
export function openProgressBar(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (!stream.isTTY) return { show() {}, end() {} };
  const bar = new SingleBar(
    { stream, format: '{bar} {percentage} %  {text}', hideCursor: true, clearOnComplete: true, barsize: 30 },
    Presets.shades_classic,
  );
  let isOpen = false;
  return {
    show(share, text) {
      if (!isOpen) bar.start(1, 0, { text });
      isOpen = true;
      bar.update(Math.min(1, Math.max(0, share)), { text });
    },
    end() {
      if (isOpen) bar.stop();
    },
  };
}
