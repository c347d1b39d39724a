"""How much memory a process holds."""

from pathlib import Path


def resident_kb(process: int) -> int:
    """Tell how much memory a process holds, in kB; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
