# The steps are those of the README: `make setup`, then `easel run`. All extras are in it.
FROM python:3.13-slim

# ca-certificates: the OpenAI SDK trusts the system's store and nothing else.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates make \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 easel \
 && install --directory --owner easel /app /data

USER easel
WORKDIR /app
COPY --chown=easel Makefile pyproject.toml requirements.lock README.md LICENSE ./
COPY --chown=easel bot bot
COPY --chown=easel storage storage
# Compiled now, because a container whose file system is read-only would compile all of it at each start.
RUN make setup && .venv/bin/python -m compileall -q .venv/lib bot storage

# matplotlib looks for fonts once in each container, and remembers them there.
ENV EASEL_DATA_DIR=/data \
    EASEL_WEB__HOST=0.0.0.0 \
    EASEL_LOG_FORMAT=json \
    MPLCONFIGDIR=/tmp/matplotlib \
    PATH=/app/.venv/bin:$PATH
VOLUME /data
EXPOSE 8420
STOPSIGNAL SIGTERM
# A gateway or a worker answers there too when it is started with --health-port 8420.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8420/healthz', timeout=4)"]
CMD ["easel", "run"]
