import { Problem } from '../../model/problem.js';
import type { Html } from './html.js';
import { errorState } from './list-states.js';
import type { PageRequest } from './page.js';
import type { VerbInput } from './verbs.js';

/** Shows what a verb answers, or in its place why it could not be read: one part that fails leaves the others. */
export async function readAnswer(
  { call, url }: PageRequest,
  verb: string,
  input: VerbInput,
  show: (answer: unknown) => Html,
): Promise<Html> {
  let answer: unknown;
  try {
    answer = await call(verb, input);
  } catch (error) {
    if (error instanceof Problem) return errorState(error, url);
    throw error;
  }
  return show(answer);
}
