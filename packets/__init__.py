"""Patient handouts and discharge packets: YAML content and one patient's case in, a proved PDF out."""

__version__ = "0.1.0"
