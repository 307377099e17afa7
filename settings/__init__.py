"""How it is set: settings are read once, in `__main__`, from a mapping such as the process's environment.

Any setting may be given as a file instead, `NAME_FILE`, as container platforms hand out secrets.
"""

from settings.environment import BadSetting, Environment

__all__ = ["BadSetting", "Environment"]
