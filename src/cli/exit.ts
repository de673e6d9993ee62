/** It was done. */
export const EXIT_DONE = 0
/** The input is at fault; stderr or the result says where. */
export const EXIT_INPUT = 1
/** The command was used wrongly. */
export const EXIT_USAGE = 2
