// Sends requests only to this port and the stub, and keeps no credentials after the page is closed.
SwaggerUIBundle({
  dom_id: "#reference",
  url: "/openapi.json",
  validatorUrl: null,
  queryConfigEnabled: false,
  persistAuthorization: false,
  tryItOutEnabled: true,
  docExpansion: "full",
  defaultModelsExpandDepth: 0,
});
