/**
 * One call that succeeds and one of an unknown user, with the package as an environment loads it.
 * `ENVIRONMENT` is JSON: `{ url, username, password, body }`.
 */
exports.scenario = async ({ createNexusClient, hasStatus, isNexusError, NexusError }, environment, options = {}) => {
  const { url, username, password, body } = JSON.parse(environment);
  const credentials = { type: "basic", username, password };
  const client = createNexusClient({ baseUrl: url, credentials, ...options });
  const { roles } = await client.syncUserIdentity("u-ada", body);
  const error = await client.syncUserIdentity("u-nobody", body).catch((thrown) => thrown);
  return {
    roles: roles.map(({ name }) => name),
    title: hasStatus(error, 404) ? error.problem.title : undefined,
    isTyped: isNexusError(error) && error instanceof NexusError && error instanceof Error,
    attempts: error.attempts,
  };
};
