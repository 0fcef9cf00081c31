import { make } from './elements.ts';

/** One of a choice. */
export type Chip = { readonly value: string; readonly label: string };

/** Shows a choice of one as buttons. Where the choice is the same, they stay, and so does the focus of a person. */
export function showChips(form: HTMLFormElement, chips: readonly Chip[], chosen: string): void {
  const shown = [...form.querySelectorAll('label')].map(({ textContent, control }) => ({
    value: control?.getAttribute('value'),
    label: textContent,
  }));
  if (JSON.stringify(shown) !== JSON.stringify(chips)) form.replaceChildren(...chips.map(chipOf));
  for (const input of form.querySelectorAll('input')) input.checked = input.value === chosen;
}

/** Returns the value that a person has chosen; empty for none. */
export function chosenChip(form: HTMLFormElement): string {
  return form.querySelector<HTMLInputElement>(':checked')?.value ?? '';
}

function chipOf({ value, label }: Chip): HTMLElement {
  const input = make('input', '');
  input.type = 'radio';
  input.name = 'choice';
  input.value = value;
  return make('label', 'chip', input, label);
}
