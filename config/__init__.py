"""What an operator edits (TOML) and the loader that checks it."""

from config.loader import Config, ConfigError, load
from config.model import Outlet, OutletRule, Settings

__all__ = ["Config", "ConfigError", "Outlet", "OutletRule", "Settings", "load"]
