/** What proves this sender cannot be made here. */
export class CannotSign extends Error {
  override readonly name = 'CannotSign';
}
