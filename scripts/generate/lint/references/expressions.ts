/** A runtime expression (OpenAPI 3.1 section 4.8.20.4). Names of headers are tokens (RFC 9110 section 5.6.2). */
const EXPRESSION =
  /^\$(url|method|statusCode|(request|response)\.(header\.[\w!#$%&'*+\-.^`|~]+|(query|path)\..+|body(#(\/.*)?)?))$/su;

/** The problems of a text with expressions: `$request.body#/id`, or parts in braces as in `/things/{$response.body#/id}`. */
export function expressionProblems(value: unknown): string[] {
  if (typeof value !== "string") return [];
  // Any other text is a constant.
  const whole = /^\$[a-z]/i.test(value) ? [value] : [];
  const parts = Array.from(value.matchAll(/\{(\$[^{}]*)\}/g), ([, part = ""]) => part);
  return [...whole, ...parts].filter((one) => !EXPRESSION.test(one)).map(problemText);
}

function problemText(expression: string): string {
  const remedy = "Write one such as '$request.path.id' or '$response.body#/id'.";
  return `'${expression}' is no runtime expression. ${remedy}`;
}
