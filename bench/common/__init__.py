"""What the benchmarks share. A benchmark is `bench/NAME/run`; it begins with

    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
"""
