# Syncline as a container: `docker build -t syncline .`, then
#   docker run -p 8050:8050 -p 4318:4318 -v syncline:/var/lib/syncline -v ./syncline.yaml:/etc/syncline/syncline.yaml:ro syncline
# Reached by a name, it has to know that: `-e SYNCLINE_WEB_HOSTS=syncline.example.com`.
# `syncline init` writes the syncline.yaml to start from; `docker exec -it … syncline user add NAME --role admin` makes the first login.

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/syncline
WORKDIR /build
# The packages change seldom, the product often: two layers, the first one cached.
# requirements-together.lock is for several machines (compose.yaml): with PostgreSQL, a lake and gRPC.
ARG LOCK=requirements.lock
COPY requirements.lock requirements-together.lock ./
RUN /opt/syncline/bin/pip install --require-hashes -r "$LOCK"
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY assets assets
COPY collectors collectors
COPY metrics metrics
COPY sql sql
RUN /opt/syncline/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --home-dir /var/lib/syncline --no-create-home syncline && install -d -m 700 -o syncline -g syncline /var/lib/syncline
COPY --from=build /opt/syncline /opt/syncline
# Inside a container loopback reaches nobody. Off loopback, OTLP asks for a token: `syncline token add NAME --scope ingest`.
ENV PATH=/opt/syncline/bin:$PATH PYTHONUNBUFFERED=1 \
    SYNCLINE_HOME=/var/lib/syncline SYNCLINE_WEB_HOST=0.0.0.0 SYNCLINE_OTLP_HTTP_HOST=0.0.0.0
# A configuration to look at when none is mounted: nothing but the default workflows and OTLP.
RUN syncline init /etc/syncline
USER syncline
WORKDIR /etc/syncline
VOLUME /var/lib/syncline
EXPOSE 8050 4318
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('SYNCLINE_WEB_PORT', 8050)}/healthz\", timeout=4)"]
ENTRYPOINT ["syncline"]
CMD ["serve"]
