package dlt.data;

import dev.hardwood.InputFile;
import dev.hardwood.internal.metadata.DataPageHeaderV2;
import dev.hardwood.internal.metadata.PageHeader;
import dev.hardwood.internal.thrift.PageHeaderReader;
import dev.hardwood.internal.thrift.ThriftCompactReader;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.ColumnMetaData;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.metadata.RowGroup;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Looks at the pages of a Parquet file that Snappy has compressed, before the library reads them: it takes a page's size from its header,
/// and Snappy writes as many bytes as the page itself says, over whatever lies behind. Of a damaged file that ended the process.
final class SnappyPages {
  /// More than a header takes, which may hold the least and the largest value.
  private static final int WINDOW = 1 << 16;

  private SnappyPages() {}

  /// Throws where a page says another size than its header.
  static void check(InputFile file, FileMetaData about) throws IOException {
    for (RowGroup group : about.rowGroups()) {
      for (ColumnChunk chunk : group.columns()) {
        if (chunk.metaData().codec() == CompressionCodec.SNAPPY) {
          check(file, chunk.chunkStartOffset(), chunk.metaData());
        }
      }
    }
  }

  private static void check(InputFile file, long start, ColumnMetaData column) throws IOException {
    long end = start + column.totalCompressedSize();
    for (long at = start; at < end; ) {
      ByteBuffer window = file.readRange(at, (int) Math.min(WINDOW, end - at));
      ThriftCompactReader reader = new ThriftCompactReader(window);
      PageHeader header = PageHeaderReader.read(reader);
      DataPageHeaderV2 second = header.dataPageHeaderV2();
      int levels = second == null ? 0 : second.definitionLevelsByteLength() + second.repetitionLevelsByteLength();
      long page = at + reader.getBytesRead();
      int packed = header.compressedPageSize() - levels;
      int unpacked = header.uncompressedPageSize() - levels;
      if (packed < 0 || unpacked < 0 || levels < 0) {
        throw new IOException("a page claims more bytes than its column has");
      }
      if (packed > 0 && (second == null || second.isCompressed())) {
        long said = new ThriftCompactReader(file.readRange(page + levels, Math.min(packed, 5))).readVarint();
        if (said != unpacked) {
          throw new IOException("a page of " + column.pathInSchema() + " says " + said + " bytes, its header " + unpacked);
        }
      }
      at = page + header.compressedPageSize();
    }
  }
}
