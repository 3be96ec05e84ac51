"""Classification by sparse representation (Wright et al. 2009), in the place of a fully connected layer."""

from detector.sparse.classifier import UNKNOWN, Prediction, SparseClassifier
from detector.sparse.learned import LearnedSparseClassifier
from detector.sparse.pursuit import SparseCodes, pursue

__all__ = ["UNKNOWN", "LearnedSparseClassifier", "Prediction", "SparseClassifier", "SparseCodes", "pursue"]
