"""What calls are expected to use."""

from spendgate._estimate._estimator import Estimator, Expected, Shape

__all__ = ["Estimator", "Expected", "Shape"]
