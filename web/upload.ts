import type { UploadForm } from '../functions/stream/answer/upload-form.ts';
import type { UploadBounds } from '../functions/stream/route/upload.ts';
import type { ListedObject } from '../functions/stream/source/listing.ts';
import { pathOf } from './address.ts';
import { elements, make } from './elements.ts';
import { messageOf } from './problem.ts';
import { fetchUploadForm, Refusal } from './requests.ts';
import { bytes } from './words.ts';

/** Lets a person add files, one after the other, where the service takes them; `whenAdded` shows each. */
export function takeFiles(bounds: UploadBounds | null, whenAdded: (object: ListedObject) => void): void {
  if (bounds === null) return;
  const { upload, uploadFiles } = elements;
  let last: Promise<unknown> = Promise.resolve();
  const add = (files: Iterable<File>) => {
    for (const file of files) {
      const shown = showUpload(file);
      last = last.then(() => send(file, bounds, shown)).then((added) => added && whenAdded(added));
    }
  };
  upload.hidden = false;
  upload.addEventListener('click', () => uploadFiles.click());
  uploadFiles.addEventListener('change', () => {
    add([...(uploadFiles.files ?? [])]);
    uploadFiles.value = '';
  });
  addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    document.body.classList.add('takes-drop');
  });
  const left = () => document.body.classList.remove('takes-drop');
  addEventListener('dragleave', (event) => event.relatedTarget === null && left());
  addEventListener('drop', (event) => {
    left();
    if (event.dataTransfer === null || event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
}

type Shown = { readonly tell: (text: string, share: number) => void; readonly fail: (text: string) => void };

/** Shows a file that waits, is sent, and was added or refused. */
function showUpload({ name, size }: File): Shown {
  const bar = make('progress', '');
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute('aria-label', `Upload of ${name}`);
  const text = make('span', 'soft', `${bytes(size)}, waits`);
  const row = make('li', '', make('span', 'key', name), bar, text);
  elements.uploads.append(row);
  return {
    tell(said, share) {
      text.textContent = said;
      bar.value = share;
    },
    fail(said) {
      text.textContent = said;
      bar.hidden = true;
      row.className = 'failed';
    },
  };
}

/** Returns what was added; null for a file that was refused. Never rejects. */
async function send(
  file: File,
  { prefix, mostBytes }: UploadBounds,
  shown: Shown,
): Promise<ListedObject | null> {
  try {
    if (file.size > mostBytes) throw new Error(`An upload has at most ${bytes(mostBytes)}.`);
    const key = prefix + file.name.normalize('NFC');
    const form = await fetchUploadForm(key);
    await post(file, form, (share) =>
      shown.tell(`${bytes(share * file.size)} of ${bytes(file.size)}`, share),
    );
    shown.tell('added', 1);
    return { key, sizeBytes: file.size };
  } catch (error) {
    shown.fail(error instanceof Refusal ? error.complaint.detail : messageOf(error));
    return null;
  }
}

/** Sends a file to the store or to the service. `fetch` does not tell how far it is. */
function post(file: File, { key, form }: UploadForm, onProgress: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) =>
      onProgress(total > 0 ? Math.min(1, loaded / total) : 0);
    request.onerror = () =>
      reject(new Error('The connection broke off, or the store takes nothing from pages (CORS).'));
    request.onload = () => {
      if (request.status < 300) resolve();
      else reject(new Error(sentenceIn(request)));
    };
    request.open('POST', form?.url ?? pathOf('upload', key));
    request.send(form === null ? file : bodyOf(form.fields, file));
  });
}

function bodyOf(fields: Readonly<Record<string, string>>, file: File): FormData {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  // S3 ignores what follows it.
  body.append('file', file);
  return body;
}

/** The service answers in JSON, S3 in XML. */
function sentenceIn({ status, responseText }: XMLHttpRequest): string {
  const [, detail] = /"detail":"((?:[^"\\]|\\.)*)"/.exec(responseText) ?? [];
  const [, message] = /<Message>([^<]*)<\/Message>/.exec(responseText) ?? [];
  return detail === undefined ? message || `The answer was ${status}.` : JSON.parse(`"${detail}"`);
}
