import { Problem } from '../../model/problem.js';
import type { PageAnswer, PageRequest } from './page.js';

/**
 * Runs a form's change and goes on by GET. A problem comes back to the form's screen as a sentence; what does not
 * exist has no screen to come back to.
 */
export async function callBack(
  change: () => Promise<string>,
  again: (wrong: { readonly message: string; readonly status: number }) => Promise<PageAnswer> | PageAnswer,
): Promise<PageAnswer> {
  try {
    return { redirect: await change() };
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 404) throw error;
    return again({ message: tell(error), status: error.status });
  }
}

/** A problem's sentence with each fault of a schema, so that an edited body can be mended. */
export function tell({ message, details }: Problem): string {
  const faults = (details.errors ?? []).map(
    ({ pointer, message: said }) => `${pointer === '' ? '/' : pointer} ${said}`,
  );
  return [message, ...faults].join(' · ');
}

export function reasonOf({ form }: PageRequest): string {
  return form.get('reason') ?? '';
}
