import { elements } from './elements.ts';
import { clearField, markField } from './field-error.ts';
import { type Complaint, Refusal } from './requests.ts';

export function hideProblem(): void {
  elements.problem.hidden = true;
  clearField();
}

export function showProblem({ title, detail, requestId }: Complaint): void {
  elements.problem.hidden = false;
  elements.problemTitle.textContent = title;
  elements.problemDetail.textContent = detail;
  markField(detail);
  elements.problemId.textContent = requestId ? `Request ${requestId}` : '';
}

/** Shows why a request failed. */
export function showFailure(error: unknown): void {
  if (error instanceof Refusal) showProblem(error.complaint);
  else showProblem({ title: 'The server does not answer', detail: messageOf(error) });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
