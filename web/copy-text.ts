/** Copies text. Without permission for the clipboard it selects the element that shows it, and returns false. */
export async function copyText(text: string, shownIn: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (shownIn instanceof HTMLInputElement) shownIn.select();
    else getSelection()?.selectAllChildren(shownIn);
    return false;
  }
}

/** Copies text as `copyText`, and says so. */
export async function copyAndTell(text: string, shownIn: HTMLElement, told: HTMLElement): Promise<void> {
  const isCopied = await copyText(text, shownIn);
  told.textContent = isCopied ? 'Copied.' : 'Selected: copy it with the keyboard.';
}
