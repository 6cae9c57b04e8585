# Two images from one source: `app` (web, worker, beat, migrate) and `proxy` (TLS, static and uploaded files).

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
# The packages change seldom, the source often: in this order the layer with the packages is kept.
COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY . .
# Stand-ins: nothing is connected to while files are collected and compiled.
RUN export PORTAL_MODE=production SECRET_KEY=only-while-building PORTAL_URL=https://portal.invalid \
        DATABASE_URL=postgres://portal@db/portal REDIS_URL=redis://redis/0 \
        EMAIL_HOST=mail.invalid DEFAULT_FROM_EMAIL=portal@portal.invalid STATIC_ROOT=/srv/static \
    && python manage.py catalogues compile \
    && python manage.py collectstatic --noinput \
    && python -m compileall -q /app /opt/venv


FROM python:3.11-slim AS app
RUN groupadd --gid 10001 portal \
    && useradd --uid 10001 --gid portal --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
    && install --directory --owner portal --group portal /srv/media /srv/private
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/static /srv/static
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PORTAL_MODE=production WEB_BIND=0.0.0.0:8000 STATIC_ROOT=/srv/static MEDIA_ROOT=/srv/media PRIVATE_ROOT=/srv/private
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s --retries=3 CMD ["python", "-m", "lublin2030.probe", "web"]
CMD ["gunicorn", "--config", "python:lublin2030.serving", "lublin2030.wsgi"]


FROM caddy:2-alpine AS proxy
# Ports above 1024 need no privilege, so the one that the image gives to the program is taken away.
# The folder for uploads stands here too: a new volume takes its owner from whichever image mounts it first.
RUN setcap -r /usr/bin/caddy && mkdir -p /srv/media && chown -R 10001:10001 /data /config /srv/media
COPY docker/Caddyfile /etc/caddy/Caddyfile
COPY --from=build /srv/static /srv/static
USER 10001:10001
EXPOSE 8080 8443
HEALTHCHECK --interval=15s --timeout=6s --start-period=10s --retries=3 CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8081/"]
