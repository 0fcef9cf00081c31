/** Copies the text of an element, and says so. Without permission for the clipboard a person can still copy it. */
export async function copyText(element: HTMLElement, told: HTMLElement): Promise<void> {
  const isField = element instanceof HTMLInputElement;
  try {
    await navigator.clipboard.writeText(
      isField ? new URL(element.value, location.href).href : (element.textContent ?? ''),
    );
    told.textContent = 'Copied.';
  } catch {
    if (isField) element.select();
    else getSelection()?.selectAllChildren(element);
    told.textContent = 'Selected: copy it with the keyboard.';
  }
}
