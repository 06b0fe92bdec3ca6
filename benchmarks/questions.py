"""What every contestant is asked about; names only, so that each environment can read them."""

from __future__ import annotations

NAME = "benchmark"
WIDE = "benchmark_wide"  # the same with 64 columns, for landing alone
NARROW = "benchmark_narrow"  # the same without outcomes and regressions: 24 items in six scales
SECTORS = 14
SIZE_CLASSES = 3
SCALES = tuple(f"scale_{letter}" for letter in "abcdef")
ITEMS = {scale: tuple(f"{scale}_{place}" for place in range(1, 5)) for scale in SCALES}
REVERSED = 3  # place, from 0, of the item of each scale that is put the other way around
MINIMUM_ITEMS = 2  # with fewer valid items a person has no score
OUTCOMES = tuple(f"outcome_{place}" for place in range(1, 9))
NUMBERS = {"hours": (4, 40), "home_share": (0, 100), "age": (18, 67), "tenure": (0, 45)}
YES_NO = ("full_time", "permanent", "female")
CONTROLS = (*NUMBERS, *YES_NO, "education")
TERMS = (*SCALES, *CONTROLS)
AGREEMENT = (*(item for items in ITEMS.values() for item in items), *OUTCOMES)  # 1 to 5, else missing
MEASURED = (*(item for items in ITEMS.values() for item in items), *SCALES)
# Above the first end and up to the second an answer or a score is neutral.
NEUTRAL = (2.5, 3.5)
STATISTICS = ("mean", "negative_share", "neutral_share", "positive_share")
