from django.apps import AppConfig


class BenchmarkConfig(AppConfig):
    name = "script.benchmark"
    label = "benchmark"
