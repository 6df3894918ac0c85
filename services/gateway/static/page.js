window.addEventListener('load', () => {
  window.SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    docExpansion: 'none',
    displayRequestDuration: true,
    persistAuthorization: false,
    validatorUrl: null,
  });
});
