ARG PYTHON_VERSION=3.12

FROM python:${PYTHON_VERSION}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv --without-pip /opt/sqlrag

# What changes seldom comes first: this layer is made again only when pyproject.toml changes.
# There is no compiler here, so a dependency without a wheel has to fail at once.
COPY pyproject.toml ./
RUN python -c "import tomllib; found = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*found['dependencies'], *found['optional-dependencies']['mcp'], *found['optional-dependencies']['oidc'], sep='\n')" > requirements.txt \
    && pip --python /opt/sqlrag/bin/python install --only-binary :all: --requirement requirements.txt

COPY README.md LICENSE ./
COPY alembic ./alembic
COPY src ./src
RUN pip wheel --no-deps --wheel-dir dist . \
    && pip --python /opt/sqlrag/bin/python install --no-deps dist/*.whl

FROM python:${PYTHON_VERSION}-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin sqlrag
COPY --from=build /opt/sqlrag /opt/sqlrag
ENV PATH=/opt/sqlrag/bin:$PATH PYTHONUNBUFFERED=1 SQLRAG_HOST=0.0.0.0
WORKDIR /srv
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", "import http.client, os; api = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('SQLRAG_PORT', 8000)), timeout=4); api.request('GET', '/health/ready'); raise SystemExit(api.getresponse().status != 200)"]
CMD ["sqlrag", "serve"]
