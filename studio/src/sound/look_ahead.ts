/** Seconds that are handed to the synthesizer ahead of the play head: the longest the page may stand still unheard. */
export const lookAhead = 0.15;
