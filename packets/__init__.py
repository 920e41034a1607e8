"""Make verified PDF handouts and discharge packets from YAML content and a patient's case."""

__version__ = "0.1.0"
