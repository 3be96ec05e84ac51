"""Where training runs and in which precision."""

from __future__ import annotations

import torch


def best_device() -> torch.device:
    """The NVIDIA GPU if there is one, otherwise the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def out_of_memory(error: Exception) -> bool:
    """Whether torch means that memory is full: CUDA has an exception of its own, the CPU only words."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def autocast(device: torch.device) -> torch.autocast:
    """bfloat16 where the device computes it faster than float32; it needs no loss scaling."""
    fast = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)
