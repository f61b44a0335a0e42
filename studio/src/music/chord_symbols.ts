// Which words may be chord symbols: those that begin as one. What the rest of a symbol means is the server's to say.

const noChord = /^(n\.?c\.?|n\/c|no chord)$/i;
/** A root, then signs, numbers, words that name a kind or a change, and a bass. */
const chord = /^[A-G]([Mm]aj?|[Mm]in?|[Dd]im|dom|[Ss]us|[Aa]ug|[Aa]dd|[Aa]lt|omit|no|ped|[Mm]|[oh](?![a-z])|b|\/[A-G]|[^A-Za-z])*$/;

export const mayBeChord = (symbol: string): boolean => noChord.test(symbol) || chord.test(symbol);
