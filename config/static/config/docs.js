// Starts Swagger UI. A file of its own, because the pages' policy allows no script inside a page.
window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "/api/schema",
    dom_id: "#swagger-ui",
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    persistAuthorization: false,
    validatorUrl: null,
  });
});
