/** Prints one line, or several separated by "\n", to the user of a command. */
export type Print = (line: string) => void;
