# One image for every process of the shop; docker-compose.yml says which command each runs.
FROM python:3.11-slim-bookworm AS build
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.11-slim-bookworm
# LightGBM's ranker runs on OpenMP.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 shop && install -d -o shop /app /var/lib/shop
COPY --from=build /venv /venv
WORKDIR /app
COPY --chown=shop . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/var/lib/shop
USER shop
# The manifest of static files needs no secret and no service.
RUN python manage.py collectstatic --noinput
VOLUME /var/lib/shop
CMD ["python", "manage.py", "serve", "--host=0.0.0.0"]
