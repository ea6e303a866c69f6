"""`python -m sample --into FOLDER [--seed 1] [--dossiers 2000]`: write the sample ward."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sample.paper import NoFont
from sample.ward import write_sample_ward

WRONG_USE, MISSING = 2, 3


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 written, 2 wrong use, 3 something is missing on this machine."""
    parser = argparse.ArgumentParser(
        prog="python -m sample", description="Tạo dữ liệu mẫu của phường Hội An Đông năm 2025"
    )
    parser.add_argument("--into", type=Path, required=True, metavar="THƯ_MỤC", help="thư mục sẽ chứa dữ liệu mẫu")
    parser.add_argument("--seed", type=int, default=1, help="hạt giống; cùng số thì cùng dữ liệu (mặc định 1)")
    parser.add_argument("--dossiers", type=int, default=2000, help="số hồ sơ (mặc định 2000)")
    asked = parser.parse_args(arguments)
    try:
        write_sample_ward(
            asked.into, seed=asked.seed, dossiers=asked.dossiers, say=lambda line: print(line, flush=True)
        )
    except NoFont as error:
        print(error, file=sys.stderr)
        return MISSING
    except (ValueError, OSError) as error:
        print(f"không tạo được dữ liệu mẫu: {error}", file=sys.stderr)
        return WRONG_USE
    return 0


if __name__ == "__main__":
    sys.exit(main())
