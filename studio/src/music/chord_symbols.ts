// Which words may be chord symbols: those that begin as one. What the rest of a symbol means is the server's to say.

const noChord = /^(n\.?c\.?|n\/c|no chord)$/i;
/** A root, then nothing, what is no small letter, or a word that names a kind or a change. */
const chord = /^[A-G][#b♯♭]*($|[^a-z]|m|dim|dom|sus|aug|add|alt|o|no|h|ped)/;

export const mayBeChord = (symbol: string): boolean => noChord.test(symbol) || chord.test(symbol);
