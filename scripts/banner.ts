/** The first line of each generated source. */
export const BANNER = "// Written by `npm run generate` from openapi.yaml. Edit that file, never this one.\n";
