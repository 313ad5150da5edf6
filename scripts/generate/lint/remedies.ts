/** Remedies, by the last key of the place and the message of Redocly, which names none. */
const REMEDIES: readonly [key: RegExp, message: RegExp, remedy: string][] = [
  [
    /^exclusiveM/,
    /^Expected type 'number' but got 'boolean'/,
    "In OpenAPI 3.1 it is the limit itself, in place of the inclusive one.",
  ],
  [
    /^required$/,
    /^Expected type 'array' but got 'boolean'/,
    "Write the names of the required properties in the schema of the object: [name].",
  ],
  [/^items$/, /^Expected type 'Schema' \(object\) but got 'array'/, "Write a list of schemas as 'prefixItems'."],
  [/^additionalItems$/, /not expected here/, "Write 'items' beside 'prefixItems'."],
  [/^dependencies$/, /not expected here/, "Write 'dependentRequired' or 'dependentSchemas'."],
  [/^\$recursive/, /not expected here/, "Write '$ref' and the schema's place: '#/components/schemas/…'."],
  [/^schema$/, /not expected here/, "Write it in a media type: 'content: { application/json: { schema: … } }'."],
  [/./, /^Expected type 'string' but got '(boolean|integer|number)'/, "Write it in quotes."],
  [/./, /security scheme defined\.$/, "Add it to 'components.securitySchemes'."],
  [/./, /^Paths should resolve unambiguously/, "Change a literal segment of one of them."],
  [/./, /^Operations must have unique 'name'/, "Remove one."],
  [/./, /^The map key in/, "Write letters, digits, '.', '-' and '_'."],
  [/./, /^Every operation must have a unique 'operationId'/, "Rename one."],
];

/** The message with what to write instead. */
export function withRemedy(key: string, message: string): string {
  const remedies = REMEDIES.filter(([keys, messages]) => keys.test(key) && messages.test(message));
  return [message.replace(/[^.?]$/, "$&."), ...remedies.map(([, , remedy]) => remedy)].join(" ");
}
