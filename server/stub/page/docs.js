const DARK = matchMedia("(prefers-color-scheme: dark)");

function followScheme() {
  document.documentElement.classList.toggle("dark-mode", DARK.matches);
}

followScheme();
DARK.addEventListener("change", followScheme);
// Nothing is asked of anybody but this port and the stub, and no credentials outlive the page.
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
