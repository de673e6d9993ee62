/**
 * Recorded cases that the simulator does not agree with yet, by path, and why. A case that starts to agree fails the
 * run until it is taken off this list; so does a path that no longer exists.
 */
export const KNOWN: Readonly<Record<string, string>> = {}
