"""The same acts for programs: `/api/v1`, described by OpenAPI, made from the code."""
