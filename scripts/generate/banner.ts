/** The first line of each source that is generated from the contract in `file`. */
export function banner(file: string): string {
  return `// Written by \`npm run generate\` from ${file}. Edit that file, never this one.\n`;
}
