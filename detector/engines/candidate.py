"""One way to run a network: which library, where, how exactly."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Library = Literal["openvino", "torch"]


@dataclass(frozen=True)
class Candidate:
    """One way to run a network.

    Attributes:
        library: what computes.
        place: where: OpenVINO's "CPU", "GPU", "GPU.1", "NPU"; torch's "auto", "cuda", "cpu".
        precision: as candidates.PRECISIONS.
        threads: of OpenVINO on a CPU; None: as the library likes it.
    """

    library: Library
    place: str
    precision: str = "auto"
    threads: int | None = None

    @property
    def on_cpu(self) -> bool:
        """Whether there is surely memory for it."""
        return self.place in ("CPU", "cpu")

    @property
    def kind(self) -> tuple[str, str, str]:
        """What fails together, whatever the number of threads."""
        return self.library, self.place, self.precision

    @property
    def name(self) -> str:
        """For a person, before it is open."""
        library = "OpenVINO" if self.library == "openvino" else "torch"
        kind = library if self.precision in ("auto", "float") else f"{library} {self.precision}"
        place = {"cuda": "NVIDIA GPU", "cpu": "CPU", "auto": ""}.get(self.place, self.place)
        return ", ".join(filter(None, (kind, place)))

    def as_json(self) -> dict[str, Any]:
        """For a file; Candidate(**it) is the same."""
        return asdict(self)
