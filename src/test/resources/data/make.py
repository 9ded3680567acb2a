"""Makes the Parquet and HDF5 files beside it, with pyarrow 25.0, h5py 3.16 and numpy 2.4: `python make.py`."""

import datetime
import decimal

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

n = 10
table = pa.table({
    "id": pa.array(range(n), pa.int64()),
    "height": pa.array([None if i == 3 else i + 0.5 for i in range(n)], pa.float32()),
    "weight": pa.array([i / 4 for i in range(n)], pa.float64()),
    "count": pa.array([250 + i % 5 for i in range(n)], pa.uint8()),
    "big": pa.array([4_000_000_000 + i for i in range(n)], pa.uint32()),
    "half": pa.array([np.float16(i / 2) for i in range(n)], pa.float16()),
    "price": pa.array([decimal.Decimal(i) / 4 for i in range(n)], pa.decimal128(8, 2)),
    "new": pa.array([i % 2 == 0 for i in range(n)], pa.bool_()),
    "colour": pa.array([["red", "green", None, "blue", "red"][i % 5] for i in range(n)], pa.string()).dictionary_encode(),
    "code": pa.array([str(7 - i % 3) for i in range(n)], pa.string()),
    "day": pa.array([datetime.date(2026, 1, 1 + i // 5) for i in range(n)], pa.date32()),
    "when": pa.array([datetime.datetime(2026, 1, 1, i) for i in range(n)], pa.timestamp("us", tz="UTC")),
    "odd.name": pa.array([-i for i in range(n)], pa.int16()),
    "y": pa.array(["no" if i < 6 else "yes" for i in range(n)], pa.string()),
})
for codec in ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]:
    pq.write_table(table, f"table-{codec}.parquet", compression=codec, row_group_size=4)
pq.write_table(
    pa.table({
        "x": pa.array([1.0, 2.0]),
        "tags": pa.array([[1, 2], [3]]),
        "point": pa.array([{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        "raw": pa.array([b"\x00", b"\xff"], pa.binary()),
        "y": pa.array([0, 1]),
    }),
    "nested.parquet", compression="none")
pq.write_table(table.slice(0, 0), "empty.parquet", compression="none")
pq.write_table(pa.table({"x": pa.array([1.0, float("nan"), float("inf")]), "y": pa.array([0, 1, 1])}), "numbers.parquet", compression="none")

images = np.arange(5 * 4 * 6 * 3).reshape(5, 4, 6, 3)
with h5py.File("cats.h5", "w") as f:
    f["train_set_x"] = images.astype("u1")
    f["train_set_y"] = np.array([0, 1, 1, 0, 1])
    f["list_classes"] = np.array([b"non-cat", b"cat"])
values = np.arange(7 * 2 * 3).reshape(7, 2, 3) / 2 - 10
with h5py.File("types.h5", "w") as f:
    for name in ["<f4", ">f4", "<f8", ">f8", "<f2", "<i1", "<i2", ">i2", "<i4", "<i8", ">i8", "<u1", "<u2", "<u4", "<u8"]:
        f["plain/" + name] = np.abs(values).astype(name) if "u" in name else values.astype(name)
    f.create_dataset("bool", data=values > 0)
    f.create_dataset("y", data=np.arange(7) % 3)
    f.create_dataset("text", data=np.array([b"a"] * 7))
    f.create_dataset("compound", data=np.zeros(7, dtype=[("a", "f4"), ("b", "i4")]))
    f.create_dataset("scalar", data=1.5)
    f.create_dataset("unwritten", shape=(7, 2), dtype="f4", fillvalue=2.5)
with h5py.File("links.h5", "w") as f:
    f["real/x"] = np.arange(6).reshape(3, 2).astype("f4")
    f["y"] = np.array([0, 1, 1])
    f["soft"] = h5py.SoftLink("/real")
    f["deep/soft"] = h5py.SoftLink("/soft")
    f["last"] = h5py.SoftLink("/real/x")
    f["nowhere"] = h5py.SoftLink("/none")
    f["loop"] = h5py.SoftLink("/loop")
for version in ["earliest", "v110"]:
    with h5py.File(f"chunked-{version}.h5", "w", libver=version) as f:
        for name, options in {
            "chunked": {},
            "gzip": {"compression": "gzip"},
            "shuffle": {"compression": "gzip", "shuffle": True},
            "lzf": {"compression": "lzf"},
            "checksum": {"fletcher32": True},
            "growing": {"maxshape": (None, 2, 3)},
        }.items():
            f.create_dataset(name, data=values.astype("f4"), chunks=(3, 2, 2), **options)
        f.create_dataset("y", data=np.arange(7) % 3)
with h5py.File("newest.h5", "w", libver="latest") as f:
    f.create_dataset("x", data=values, chunks=(3, 2, 2), compression="gzip")
