/** Something stored cannot be opened. The message names no content and no key, only the key's id. */
export class SealedError extends Error {
  override readonly name = 'SealedError';

  constructor(
    readonly code: 'unknown_key' | 'damaged',
    /** The id of the key it was encrypted with; empty where it was only compressed. */
    readonly keyId: string,
  ) {
    super(
      code === 'unknown_key'
        ? `it was encrypted with the key "${keyId}", which storage.encryption.keys does not have`
        : keyId === ''
          ? 'it was damaged in the store'
          : `it does not open with the key "${keyId}": another key under that id, or it was changed in the store`,
    );
  }
}
