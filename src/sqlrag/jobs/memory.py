import sys
from pathlib import Path


def resident_bytes() -> int:
    """Memory of this process; the most it ever had, where nothing else is told; 0 on Windows."""
    if sys.platform == "win32":
        return 0
    import resource

    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
