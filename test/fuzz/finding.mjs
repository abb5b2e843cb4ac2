/** A property that did not hold. */
export class Finding extends Error {
  constructor(property, detail) {
    super(`${property}: ${detail}`);
    this.name = 'Finding';
  }
}

export function expect(holds, property, detail = () => '') {
  if (!holds) throw new Finding(property, [detail()].join('').slice(0, 500));
}

const SHARED = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Promise.prototype,
  Map.prototype,
];
const namesOf = () => SHARED.map((each) => Reflect.ownKeys(each).length).join();

/** Whether something was added to what every object inherits. */
export function createPollutionCheck() {
  const before = namesOf();
  return () => {
    const clean = namesOf() === before && {}.polluted === undefined;
    // Else every later input would be taken for the culprit
    delete Object.prototype.polluted;
    expect(clean, 'no prototype pollution');
  };
}

/** Throws where any of the secrets stands in what people get to see. */
export function expectNoSecret(secrets, shown) {
  const text = typeof shown === 'string' ? shown : (JSON.stringify(shown) ?? '');
  for (const secret of secrets) expect(!text.includes(secret), 'no secret in the output', () => text);
}
