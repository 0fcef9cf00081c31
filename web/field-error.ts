import { elements } from './elements.ts';

/** Marks the field whose value the server, or the page, complains of: the address holds what has no field. */
export function markField(detail: string): void {
  clearField();
  const [, name] = /^(?:The|Unknown) parameter "([\w-]+)"/.exec(detail) ?? [];
  if (name === undefined && !/address/i.test(detail)) return;
  const field = fieldOf(name) ?? elements.address;
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', elements.problemDetail.id);
}

export function clearField(): void {
  for (const field of document.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  }
}

/** Returns null if no field that is shown has this name. */
function fieldOf(name: string | undefined): Element | null {
  const found = name === undefined ? null : elements.controls.elements.namedItem(name);
  return found instanceof Element && found.closest('[hidden]') === null ? found : null;
}
