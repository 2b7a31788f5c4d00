# One image for every process: web, stream, worker, beat and the commands of manage.py.
FROM python:3.13-slim AS build
RUN python -m venv /venv
COPY requirements.txt /
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /requirements.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/static
RUN useradd --system --uid 10001 --no-create-home books && install -d -o books /data
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# Collecting needs no secret of yours: the embedded mode makes its own, thrown away here.
RUN DATA_DIR=/tmp/build python manage.py collectstatic --noinput && rm -rf /tmp/build
USER books
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=3)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--blocking-threads", "8", "--backpressure", "64", "config.wsgi:application"]
