/** The first halves of the advisory locks of `pgate/testing`: a run that lives, a template that is being made. */
export const RUN_LOCK = 0x70677472
export const MAKING_LOCK = 0x7067746d
