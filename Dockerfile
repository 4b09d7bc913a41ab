# The image of worker, api and the `followup` command: one wheel, one user without rights, nothing to write.

FROM python:3.13-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /src
# The dependencies first: they change seldom, so this layer is nearly always there already.
COPY pyproject.toml uv.lock ./
RUN UV_PROJECT_ENVIRONMENT=/venv uv sync --frozen --no-dev --no-install-project --compile-bytecode
COPY . .
RUN UV_PROJECT_ENVIRONMENT=/venv uv sync --frozen --no-dev --no-editable --compile-bytecode

FROM python:3.13-slim-bookworm
# The certificates of the system are what TLS to providers and CRMs is checked against.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home followup
COPY --from=build /venv /venv
WORKDIR /app
# Message templates are found relative to the working directory, so a deployment can mount its own.
COPY sequences/templates sequences/templates
# Every worker reads the same time zones: those of the pinned tzdata package, not the image's.
ENV PATH=/venv/bin:$PATH PYTHONTZPATH="" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
CMD ["followup", "--help"]
